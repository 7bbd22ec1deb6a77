package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.text.ClipTextModel;

/**
 * Builds a {@link ClipTextModel} from the checkpoint keys of transformers ({@code text_model.encoder.layers.0.self_attn.q_proj.weight},
 * …), whether the weights come from a file or are drawn afresh.
 */
public final class ClipTextLoader {

    private static final double EMBEDDING_STD = 0.02;

    private ClipTextLoader() {}

    /**
     * Builds a text encoder that owns its weights.
     *
     * @param weights by full checkpoint key; a fresh source draws as CLIP's authors did (section 2.5)
     * @throws dev.tandem.core.weights.WeightException if a key is missing or has another shape
     */
    public static ClipTextModel build(TensorEngine engine, ClipTextConfig config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new ClipTextModel(config, layers(config, weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private static ClipTextModel.Layers layers(ClipTextConfig c, WeightSource weights) {
        WeightSource text = weights.at("text_model");
        long width = c.hiddenSize();
        Init embedding = Init.normal(EMBEDDING_STD);
        Embedding tokens = Embedding.load(text, "embeddings.token_embedding", c.vocabSize(), width, embedding);
        Embedding positions = Embedding.load(text, "embeddings.position_embedding", c.maxPositions(), width, embedding);
        ClipLayers layers = new ClipLayers(
                width, c.intermediateSize(), c.hiddenLayers(), c.attentionHeads(), c.activation(), c.layerNormEps());
        LayerNorm norm = LayerNorm.load(text, "final_layer_norm", width, c.layerNormEps());
        Linear projection = c.projectionDim() == 0
                ? null
                : Linear.load(
                        weights, "text_projection", width, c.projectionDim(), false, Init.normal(1 / Math.sqrt(width)));
        return new ClipTextModel.Layers(tokens, positions, layers.read(text), norm, projection);
    }
}
