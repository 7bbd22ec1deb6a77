package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.RmsNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.text.T5Config;
import dev.tandem.diffusion.text.T5Encoder;
import java.util.ArrayList;
import java.util.List;

/** Builds a {@link T5Encoder} from the checkpoint keys of transformers ({@code encoder.block.0.layer.0.SelfAttention.q.weight}, …). */
public final class T5Loader {

    private static final String SHARED = "shared";
    private static final String OWN = "encoder.embed_tokens";

    private T5Loader() {}

    /**
     * Builds an encoder that owns its weights.
     *
     * @param weights by full checkpoint key; a fresh source draws as transformers does
     * @throws dev.tandem.core.weights.WeightException if a key is missing or has another shape
     */
    public static T5Encoder build(TensorEngine engine, T5Config config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new T5Encoder(engine, config, read(config, weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private static T5Encoder.Weights read(T5Config c, WeightSource weights) {
        String table = weights.has(SHARED + ".weight") ? SHARED : OWN;
        List<T5Encoder.Layer> layers = new ArrayList<>();
        for (int i = 0; i < c.layers(); i++) {
            layers.add(layer(c, weights.at("encoder.block." + i)));
        }
        return new T5Encoder.Weights(
                Embedding.load(weights, table, c.vocabSize(), c.width(), Init.normal(1)),
                Embedding.load(
                        weights,
                        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias",
                        c.distanceBuckets(),
                        c.heads(),
                        Init.normal(1 / Math.sqrt(c.width()))),
                layers,
                RmsNorm.load(weights, "encoder.final_layer_norm", c.width(), c.normEps()));
    }

    private static T5Encoder.Layer layer(T5Config c, WeightSource weights) {
        WeightSource attention = weights.at("layer.0.SelfAttention");
        WeightSource feedForward = weights.at("layer.1.DenseReluDense");
        long width = c.width();
        long inner = c.innerWidth();
        long heads = (long) c.heads() * c.headWidth();
        Init ofWidth = Init.normal(1 / Math.sqrt(width));
        return new T5Encoder.Layer(
                RmsNorm.load(weights, "layer.0.layer_norm", width, c.normEps()),
                Linear.load(
                        attention,
                        "q",
                        width,
                        heads,
                        false,
                        Init.normal(1 / Math.sqrt((double) width * c.headWidth()))),
                Linear.load(attention, "k", width, heads, false, ofWidth),
                Linear.load(attention, "v", width, heads, false, ofWidth),
                Linear.load(attention, "o", heads, width, false, Init.normal(1 / Math.sqrt(heads))),
                RmsNorm.load(weights, "layer.1.layer_norm", width, c.normEps()),
                Linear.load(feedForward, c.gated() ? "wi_0" : "wi", width, inner, false, ofWidth),
                c.gated() ? Linear.load(feedForward, "wi_1", width, inner, false, ofWidth) : null,
                Linear.load(feedForward, "wo", inner, width, false, Init.normal(1 / Math.sqrt(inner))));
    }
}
