package dev.tandem.diffusion.pipeline;

import dev.tandem.core.safety.ImageGuard;
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
import dev.tandem.diffusion.text.PromptTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stable Diffusion as the agent's third stage. Its first text encoder reads the conditioning's tokens; those that only Stable Diffusion 3
 * has read the caption's words.
 */
public final class StableDiffusionStage implements ImageStage {

    private final TensorEngine engine;
    private final DiffusionPipeline pipeline;
    private final Painter painter;
    private final CaptionTokenizer tokenizer;
    private final @Nullable PromptTokenizers tokenizers;
    private final ImageOptions defaults;
    private final @Nullable FolderGuard guard;

    /**
     * A stage over a pipeline, which it closes.
     *
     * @param tokenizer of the pipeline's text encoder
     */
    public StableDiffusionStage(TensorEngine engine, StableDiffusionPipeline pipeline, CaptionTokenizer tokenizer) {
        this(engine, pipeline, tokenizer, null, ImageOptions.builder().build(), null);
    }

    /** A stage over a pipeline with its tokenizers and its guard; it closes all. */
    StableDiffusionStage(
            TensorEngine engine,
            DiffusionPipeline pipeline,
            PromptTokenizers tokenizers,
            ImageOptions defaults,
            FolderGuard guard) {
        this(engine, pipeline, tokenizers.forCaptions(), tokenizers, defaults, guard);
    }

    private StableDiffusionStage(
            TensorEngine engine,
            DiffusionPipeline pipeline,
            CaptionTokenizer tokenizer,
            @Nullable PromptTokenizers tokenizers,
            ImageOptions defaults,
            @Nullable FolderGuard guard) {
        this.defaults = defaults;
        this.guard = guard;
        this.engine = engine;
        this.pipeline = pipeline;
        this.painter = new Painter(engine, pipeline);
        this.tokenizer = tokenizer;
        this.tokenizers = tokenizers;
    }

    @Override
    public Picture draw(
            Conditioning conditioning, ImageOptions options, Cancellation cancellation, ImageListener listener) {
        painter.shape(options);
        try (Scope scope = engine.scope()) {
            Prompt prompt = encode(conditioning, listener);
            Prompt negative = Painter.settings(options).guided() ? encode(negative(options), listener) : null;
            return painter.draw(prompt, negative, options, cancellation, listener);
        }
    }

    private Conditioning negative(ImageOptions options) {
        String text = options.negativePrompt();
        return new Conditioning(text, tokenizer.tokenize(text).ids());
    }

    private Prompt encode(Conditioning conditioning, ImageListener listener) {
        List<Integer> ids = conditioning.tokenIds();
        String caption = conditioning.caption();
        List<Tensor> rows = new ArrayList<>(List.of(padded(ids)));
        if (ids.size() == tokenizer.maxLength()) {
            String rest =
                    PromptTokenizer.after(caption, tokenizer.tokenize(caption).spans());
            if (!rest.isEmpty()) {
                listener.onCut(rest, tokenizer.maxLength());
            }
        }
        if (tokenizers != null) {
            rows.addAll(tokenizers.furtherIds(engine, List.of(caption), ImageListener.NONE));
        }
        return pipeline.encode(rows);
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
    public ImageOptions defaults() {
        return defaults;
    }

    @Override
    public Optional<ImageGuard> guard() {
        return guard == null ? Optional.empty() : guard.get();
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
        if (guard != null) {
            guard.close();
        }
        pipeline.close();
        if (tokenizers != null) {
            tokenizers.close();
        }
    }
}
