package dev.tandem.samples.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.train.EncodedPictures;
import dev.tandem.diffusion.vae.LatentGaussian;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encoded pictures on disk: mean and log variance of their latents.
 *
 * @param kept the file
 */
record LatentsFile(FeatureFile kept) {

    private static final Logger LOG = LoggerFactory.getLogger(LatentsFile.class);
    private static final String MEAN = "mean";
    private static final String LOGVAR = "logvar";

    /**
     * The file for pictures of scenes.
     *
     * @param vae folder of the autoencoder that encodes them
     */
    static LatentsFile of(Path file, ScenePictures pictures, Path vae) {
        return new LatentsFile(new FeatureFile(file, pictures + " by " + FeatureFile.digestOfWeights(vae)));
    }

    /** The file for photos, under a name made from what they and the autoencoder are. */
    static LatentsFile in(Path folder, OwnPhotos photos, Path vae) {
        return new LatentsFile(
                FeatureFile.in(folder, "latents", photos.describe() + " by " + FeatureFile.digestOfWeights(vae)));
    }

    /** What the file keeps; where it keeps nothing, encodes the pictures and keeps them. */
    EncodedPictures keep(TensorEngine engine, Supplier<EncodedPictures> encode) {
        EncodedPictures before = read(engine);
        if (before != null) {
            LOG.info("{} encoded pictures read from {}", before.size(), kept.file());
            return before;
        }
        EncodedPictures encoded = encode.get();
        write(engine, encoded);
        return encoded;
    }

    @Nullable
    EncodedPictures read(TensorEngine engine) {
        try (Scope scope = engine.scope()) {
            Map<String, Tensor> tensors = kept.read(engine);
            Tensor mean = tensors == null ? null : tensors.get(MEAN);
            Tensor logvar = tensors == null ? null : tensors.get(LOGVAR);
            return mean == null || logvar == null ? null : EncodedPictures.of(new LatentGaussian(mean, logvar));
        }
    }

    void write(TensorEngine engine, EncodedPictures pictures) {
        try (Scope scope = engine.scope()) {
            LatentGaussian latents = pictures.toGaussian(engine);
            kept.write(Map.of(MEAN, latents.mean(), LOGVAR, latents.logvar()));
        }
    }
}
