package dev.tandem.samples.train;

import dev.tandem.core.data.PhotoFile;
import dev.tandem.diffusion.train.CaptionedLatents;
import dev.tandem.diffusion.vae.VaeConfig;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Photos of one's own with their captions.
 *
 * @param shared the photos; a file may come several times, with other captions
 * @param photos their files
 * @param latents theirs
 * @param vae says how latents are scaled
 * @param captions ids of each caption
 */
record CaptionedPhotos(
        List<PhotoFile> shared, OwnPhotos photos, OwnLatents latents, VaeConfig vae, List<long[]> captions)
        implements CaptionedLatents {

    @Override
    public int size() {
        return shared.size();
    }

    @Override
    public long[] shape() {
        return latents.shape();
    }

    @Override
    public float[] latents(int index, RandomGenerator random) {
        return latents.latents(photos.index(shared.get(index)), vae, random);
    }

    @Override
    public long[] caption(int index, RandomGenerator random) {
        return captions.get(index);
    }

    /**
     * Pictures of two kinds.
     *
     * @param first their indices come first
     * @param second of the same shape
     */
    record Both(CaptionedLatents first, CaptionedLatents second) implements CaptionedLatents {

        @Override
        public int size() {
            return first.size() + second.size();
        }

        @Override
        public long[] shape() {
            return first.shape();
        }

        @Override
        public float[] latents(int index, RandomGenerator random) {
            return index < first.size() ? first.latents(index, random) : second.latents(index - first.size(), random);
        }

        @Override
        public long[] caption(int index, RandomGenerator random) {
            return index < first.size() ? first.caption(index, random) : second.caption(index - first.size(), random);
        }
    }
}
