package dev.tandem.samples.train;

import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.train.CaptionedLatents;
import dev.tandem.diffusion.train.EncodedPictures;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.samples.world.CaptionWriter;
import java.util.random.RandomGenerator;

/**
 * Encoded pictures of composed scenes, captioned in other words each time.
 *
 * @param pictures what was encoded, for the scenes
 * @param encoded its latents
 * @param vae says how latents are scaled
 * @param tokenizer of the text encoder
 */
record CaptionedScenes(ScenePictures pictures, EncodedPictures encoded, VaeConfig vae, ClipTokenizer tokenizer)
        implements CaptionedLatents {

    @Override
    public int size() {
        return encoded.size();
    }

    @Override
    public long[] shape() {
        return encoded.shape();
    }

    @Override
    public float[] latents(int index, RandomGenerator random) {
        return encoded.latents(index, vae);
    }

    @Override
    public long[] caption(int index, RandomGenerator random) {
        String caption = CaptionWriter.write(pictures.scene(index), random);
        return ids(tokenizer, caption);
    }

    static long[] ids(ClipTokenizer tokenizer, String caption) {
        return tokenizer.padded(caption).stream().mapToLong(Integer::longValue).toArray();
    }
}
