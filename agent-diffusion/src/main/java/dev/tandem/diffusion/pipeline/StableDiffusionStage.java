package dev.tandem.diffusion.pipeline;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Conditioning;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import java.util.SplittableRandom;

/** Stable Diffusion as the agent's third stage. Without guidance's other side given, pictures are pushed away from the empty caption. */
public final class StableDiffusionStage implements ImageStage {

    private final TensorEngine engine;
    private final StableDiffusionPipeline pipeline;
    private final CaptionTokenizer tokenizer;

    /**
     * A stage over a pipeline, which it closes.
     *
     * @param tokenizer of the pipeline's text encoder
     */
    public StableDiffusionStage(TensorEngine engine, StableDiffusionPipeline pipeline, CaptionTokenizer tokenizer) {
        this.engine = engine;
        this.pipeline = pipeline;
        this.tokenizer = tokenizer;
    }

    @Override
    public Picture draw(
            Conditioning conditioning, ImageOptions options, Cancellation cancellation, ImageListener listener) {
        int width = options.width() == 0 ? nativeWidth() : options.width();
        int height = options.height() == 0 ? nativeHeight() : options.height();
        long[] shape = pipeline.latentShape(1, height, width);
        SplittableRandom random = new SplittableRandom(options.seed());
        try (Scope scope = engine.scope()) {
            Tensor prompt = pipeline.encode(padded(conditioning.tokenIds()));
            Tensor negative = pipeline.encode(padded(tokenizer.tokenize("").ids()));
            Tensor latents = pipeline.denoise(
                    prompt,
                    negative,
                    engine.randn(random, shape),
                    SamplerSettings.of(options.steps(), options.guidance()),
                    random,
                    cancellation,
                    listener);
            cancellation.check();
            float[] channels = pipeline.decode(latents).contiguous().toFloatArray();
            return Picture.fromChannels(channels, width, height);
        }
    }

    /** [1, S]. */
    private Tensor padded(List<Integer> ids) {
        int length = tokenizer.maxLength();
        if (ids.size() > length) {
            throw new IllegalArgumentException(
                    "the text encoder takes " + length + " tokens, the conditioning has " + ids.size());
        }
        long[] row = new long[length];
        for (int i = 0; i < length; i++) {
            row[i] = i < ids.size() ? ids.get(i) : tokenizer.padId();
        }
        return engine.tensor(row, 1, length);
    }

    @Override
    public CaptionTokenizer captionTokenizer() {
        return tokenizer;
    }

    @Override
    public int nativeWidth() {
        return pipeline.nativeSide();
    }

    @Override
    public int nativeHeight() {
        return pipeline.nativeSide();
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
