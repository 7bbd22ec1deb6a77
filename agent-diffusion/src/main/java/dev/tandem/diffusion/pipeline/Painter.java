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

/** From encoded prompts to one picture, with noise from the options' seed. */
final class Painter {

    private final TensorEngine engine;
    private final DiffusionPipeline pipeline;
    private @Nullable LatentPreview preview;

    /**
     * A painter.
     *
     * @param engine of the tensors
     * @param pipeline draws
     */
    Painter(TensorEngine engine, DiffusionPipeline pipeline) {
        this.engine = engine;
        this.pipeline = pipeline;
    }

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
                    previewing(listener));
            cancellation.check();
            float[] channels = pipeline.decode(latents).contiguous().toFloatArray();
            return Picture.fromChannels(channels, width(options), height(options));
        }
    }

    /** Tells of previews, which cost nothing unless one is looked at. */
    private LatentListener previewing(ImageListener listener) {
        return new LatentListener() {
            @Override
            public void onStep(int step, int steps) {
                listener.onStep(step, steps);
            }

            @Override
            public void onCut(String rest, int tokens) {
                listener.onCut(rest, tokens);
            }

            @Override
            public void onLatents(int step, int steps, Tensor latents) {
                if (step < steps) {
                    listener.onPreview(
                            step,
                            steps,
                            () -> preview(Math.toIntExact(latents.size(1))).picture(latents));
                }
            }
        };
    }

    private synchronized LatentPreview preview(int channels) {
        if (preview == null) {
            preview = LatentPreview.of(engine, pipeline, channels);
        }
        return preview;
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
