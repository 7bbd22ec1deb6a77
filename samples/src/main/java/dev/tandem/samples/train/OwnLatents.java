package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.train.EncodedPictures;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.VaeConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Latents of photos: those of the first are found out once and kept, those of others each time. Photos are encoded one by one, so that what is
 * kept is, bit for bit, what would be found out.
 */
final class OwnLatents implements JointBatches.PhotoLatents<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(OwnLatents.class);
    private static final int SAY_EVERY = 1024;

    private final TensorEngine engine;
    private final AutoencoderKL autoencoder;
    private final OwnPhotos photos;
    private final EncodedPictures kept;
    private final boolean sampled;

    private OwnLatents(
            TensorEngine engine, AutoencoderKL autoencoder, OwnPhotos photos, EncodedPictures kept, boolean sampled) {
        this.engine = engine;
        this.autoencoder = autoencoder;
        this.photos = photos;
        this.kept = kept;
        this.sampled = sampled;
    }

    /**
     * Encodes photos, or reads what was kept of them.
     *
     * @param vae folder of the autoencoder
     */
    static OwnLatents of(TensorEngine engine, OwnData data, OwnPhotos photos, AutoencoderKL autoencoder, Path vae) {
        return of(engine, data, data.cacheBytes(), photos, autoencoder, vae);
    }

    /** The same with so many bytes to keep. */
    static OwnLatents of(
            TensorEngine engine, OwnData data, long bytes, OwnPhotos photos, AutoencoderKL autoencoder, Path vae) {
        VaeConfig config = autoencoder.config();
        int side = config.sampleSize() / config.downscale();
        long each = 2L * config.latentChannels() * side * side * Float.BYTES;
        OwnPhotos first = photos.first((int) Math.min(photos.size(), Math.max(1, bytes / each)));
        if (first.size() < photos.size()) {
            LOG.warn(
                    "latents of {} of {} photos are kept in {} MB, the others are found out each time; raise cache_megabytes",
                    first.size(),
                    photos.size(),
                    data.cacheMegabytes());
        }
        Path cache = data.cache();
        EncodedPictures kept = cache == null
                ? encode(engine, first, autoencoder)
                : LatentsFile.in(cache, first, vae).keep(engine, () -> encode(engine, first, autoencoder));
        return new OwnLatents(engine, autoencoder, photos, kept, data.sampleLatents());
    }

    private static EncodedPictures encode(TensorEngine engine, OwnPhotos photos, AutoencoderKL autoencoder) {
        return EncodedPictures.encode(engine, autoencoder, photos, 1, done -> {
            if (done % SAY_EVERY == 0) {
                LOG.info("{} of {} photos encoded", done, photos.size());
            }
        });
    }

    /** Those that are kept. */
    EncodedPictures kept() {
        return kept;
    }

    /** Channels, height and width of each. */
    long[] shape() {
        return kept.shape();
    }

    /**
     * A photo's latents as the denoiser sees them, [C, h, w] in row-major order.
     *
     * @param config says how they are scaled
     * @param random draws them, where they are drawn
     */
    float[] latents(int photo, VaeConfig config, RandomGenerator random) {
        EncodedPictures from = kept;
        int index = photo;
        if (photo >= kept.size()) {
            from = EncodedPictures.encode(engine, autoencoder, photos.only(photo), 1, done -> {});
            index = 0;
        }
        return sampled ? from.latents(index, config, random) : from.latents(index, config);
    }

    @Override
    public Tensor of(List<Integer> chosen, RandomGenerator random) {
        long[] shape = shape();
        int each = Math.toIntExact(shape[0] * shape[1] * shape[2]);
        float[] values = new float[chosen.size() * each];
        for (int i = 0; i < chosen.size(); i++) {
            System.arraycopy(latents(chosen.get(i), autoencoder.config(), random), 0, values, i * each, each);
        }
        return engine.tensor(values, chosen.size(), shape[0], shape[1], shape[2]);
    }
}
