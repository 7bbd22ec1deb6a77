package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.block.Attention;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.text.ClipTextLayer;
import dev.tandem.diffusion.text.ClipTextModel;
import java.util.ArrayList;
import java.util.List;

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
        List<ClipTextLayer> layers = new ArrayList<>();
        for (int i = 0; i < c.hiddenLayers(); i++) {
            layers.add(layer(c, text.at("encoder.layers." + i)));
        }
        LayerNorm norm = LayerNorm.load(text, "final_layer_norm", width, c.layerNormEps());
        Linear projection = c.projectionDim() == 0
                ? null
                : Linear.load(
                        weights, "text_projection", width, c.projectionDim(), false, Init.normal(1 / Math.sqrt(width)));
        return new ClipTextModel.Layers(tokens, positions, layers, norm, projection);
    }

    private static ClipTextLayer layer(ClipTextConfig c, WeightSource weights) {
        long width = c.hiddenSize();
        long inner = c.intermediateSize();
        double depth = 1 / Math.sqrt(2.0 * c.hiddenLayers());
        Init in = Init.normal(depth / Math.sqrt(width));
        Init out = Init.normal(1 / Math.sqrt(width));
        return new ClipTextLayer(
                LayerNorm.load(weights, "layer_norm1", width, c.layerNormEps()),
                new Attention(
                        Linear.load(weights, "self_attn.q_proj", width, width, true, in),
                        Linear.load(weights, "self_attn.k_proj", width, width, true, in),
                        Linear.load(weights, "self_attn.v_proj", width, width, true, in),
                        Linear.load(weights, "self_attn.out_proj", width, width, true, out),
                        c.attentionHeads()),
                LayerNorm.load(weights, "layer_norm2", width, c.layerNormEps()),
                Linear.load(weights, "mlp.fc1", width, inner, true, Init.normal(1 / Math.sqrt(2.0 * width))),
                c.activation(),
                Linear.load(weights, "mlp.fc2", inner, width, true, in));
    }
}
