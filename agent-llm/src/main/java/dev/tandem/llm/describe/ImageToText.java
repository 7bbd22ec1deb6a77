package dev.tandem.llm.describe;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.ImageProcessor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.load.BlipLoader;
import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.llm.vision.BlipCaptioner;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Says what a picture shows: BLIP with its image processor and tokenizer, from a folder in the layout of transformers. Equal to its
 * {@code image-to-text} pipeline with greedy search.
 *
 * <p>Owns the model; close it when it is no longer needed. Safe for use by one thread at a time.
 */
public final class ImageToText implements AutoCloseable {

    private final TensorEngine engine;
    private final BlipCaptioner model;
    private final ImageProcessor processor;
    private final LlmTokenizer tokenizer;

    private ImageToText(TensorEngine engine, BlipCaptioner model, ImageProcessor processor, LlmTokenizer tokenizer) {
        this.engine = engine;
        this.model = model;
        this.processor = processor;
        this.tokenizer = tokenizer;
    }

    /**
     * Loads a model folder: {@code config.json}, weights, {@code preprocessor_config.json} and {@code tokenizer.json}.
     *
     * @throws WeightException if something is missing, damaged, or of an architecture that does not describe pictures
     */
    public static ImageToText load(TensorEngine engine, Path path) {
        ModelFolder folder = ModelFolder.of(path);
        String type = folder.config().path("model_type").asText("");
        if (!type.equals("blip")) {
            throw new WeightException(path + " holds a model of the type '" + type + "'; blip can describe pictures");
        }
        ImageProcessor processor = ImageProcessor.read(folder);
        LlmTokenizer tokenizer = LlmTokenizer.load(path);
        try {
            return new ImageToText(engine, BlipLoader.load(engine, path), processor, tokenizer);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    /**
     * What a picture shows.
     *
     * @param maxNewTokens bound of the description's length, at least 1
     */
    public String describe(Picture picture, int maxNewTokens) {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("a description has at least one token, got a bound of " + maxNewTokens);
        }
        try (Scope scope = engine.scope()) {
            Tensor seen = model.look(processor.apply(engine, picture));
            int[] ids = model.caption(seen, maxNewTokens)[0];
            return tokenizer.text(Arrays.stream(ids).boxed().toList()).strip();
        }
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
