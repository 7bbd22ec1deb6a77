package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * From encoded prompts to one picture, with noise from the options' seed.
 *
 * @param engine of the tensors
 * @param pipeline draws
 */
record Painter(TensorEngine engine, DiffusionPipeline pipeline) {

    /**
     * Shape of the latents of one picture.
     *
     * @throws IllegalArgumentException if the model cannot draw this size
     */
    long[] shape(ImageOptions options) {
        return pipeline.latentShape(1, height(options), width(options));
    }

    /**
     * Draws.
     *
     * @param prompt of one picture
     * @param negative of one picture; null only without guidance
     */
    Picture draw(
            Prompt prompt,
            @Nullable Prompt negative,
            ImageOptions options,
            Cancellation cancellation,
            ImageListener listener) {
        SplittableRandom random = new SplittableRandom(options.seed());
        try (Scope scope = engine.scope()) {
            Tensor latents = pipeline.denoise(
                    prompt,
                    negative,
                    engine.randn(random, shape(options)),
                    settings(options),
                    random,
                    cancellation,
                    listener);
            cancellation.check();
            float[] channels = pipeline.decode(latents).contiguous().toFloatArray();
            return Picture.fromChannels(channels, width(options), height(options));
        }
    }

    static SamplerSettings settings(ImageOptions options) {
        return SamplerSettings.of(options.steps(), options.guidance());
    }

    private int width(ImageOptions options) {
        return options.width() == 0 ? pipeline.nativeSide() : options.width();
    }

    private int height(ImageOptions options) {
        return options.height() == 0 ? pipeline.nativeSide() : options.height();
    }
}
