package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.TransformerLayer;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of CLIP's encoders, text and vision alike.
 *
 * @param width D
 * @param inner width inside the feed-forward layers
 * @param layers how many
 * @param heads H
 * @param activation inside the feed-forward layers
 * @param eps added to the variance
 */
record ClipLayers(long width, long inner, int layers, int heads, Activation activation, double eps) {

    /** Reads {@code encoder.layers.0} and so on. */
    List<TransformerLayer> read(WeightSource weights) {
        List<TransformerLayer> list = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            list.add(layer(weights.at("encoder.layers." + i)));
        }
        return list;
    }

    private TransformerLayer layer(WeightSource weights) {
        double depth = 1 / Math.sqrt(2.0 * layers);
        Init in = Init.normal(depth / Math.sqrt(width));
        Init out = Init.normal(1 / Math.sqrt(width));
        return new TransformerLayer(
                LayerNorm.load(weights, "layer_norm1", width, eps),
                new Attention(
                        Linear.load(weights, "self_attn.q_proj", width, width, true, in),
                        Linear.load(weights, "self_attn.k_proj", width, width, true, in),
                        Linear.load(weights, "self_attn.v_proj", width, width, true, in),
                        Linear.load(weights, "self_attn.out_proj", width, width, true, out),
                        heads),
                LayerNorm.load(weights, "layer_norm2", width, eps),
                Linear.load(weights, "mlp.fc1", width, inner, true, Init.normal(1 / Math.sqrt(2.0 * width))),
                activation,
                Linear.load(weights, "mlp.fc2", inner, width, true, in));
    }
}
