package dev.tandem.diffusion.vision;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.TransformerLayer;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The vision encoder of CLIP (Radford et al. 2021, section 2.4), a vision transformer (Dosovitskiy et al. 2021); equal to transformers'
 * {@code CLIPVisionModel} and {@code CLIPVisionModelWithProjection}.
 *
 * <pre>
 * x = LayerNorm([class token, patches] + positions)
 * for each layer: x = Layer(x)
 * pooled = LayerNorm(x of the class token)
 * </pre>
 *
 * <p>Owns its weights; close it when it is no longer needed.
 */
public final class ClipVisionModel implements AutoCloseable {

    /**
     * The layers.
     *
     * @param patches channels to D, of P x P patches
     * @param classToken [D]
     * @param positions [tokens, D]
     * @param before norm before the first layer
     * @param layers one after the other
     * @param after norm of the pooled vector
     * @param projection of the pooled vector; null where the model has none
     */
    public record Layers(
            Conv2d patches,
            Tensor classToken,
            Tensor positions,
            LayerNorm before,
            List<TransformerLayer> layers,
            LayerNorm after,
            @Nullable Linear projection) {

        public Layers {
            layers = List.copyOf(layers);
        }
    }

    /**
     * What the encoder says of a picture.
     *
     * @param lastHiddenState [B, tokens, D]
     * @param pooled [B, D]
     * @param imageEmbeds projected, [B, projectionDim]; null where the model has no projection
     */
    public record Encoding(
            Tensor lastHiddenState, Tensor pooled, @Nullable Tensor imageEmbeds) {}

    private final ClipVisionConfig config;
    private final Layers layers;
    private final Scope weights;

    /**
     * Puts an encoder together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param weights owns the layers' tensors and is closed with this object
     */
    public ClipVisionModel(ClipVisionConfig config, Layers layers, Scope weights) {
        this.config = config;
        this.layers = layers;
        this.weights = weights;
    }

    public ClipVisionConfig config() {
        return config;
    }

    /**
     * Encodes pictures.
     *
     * @param pixels [B, channels, imageSize, imageSize], normalised as the model's preprocessor says
     */
    public Encoding encode(Tensor pixels) {
        int side = config.imageSize();
        if (pixels.rank() != 4 || pixels.size(2) != side || pixels.size(3) != side) {
            throw new IllegalArgumentException("this encoder takes pictures [B, " + config.channels() + ", " + side
                    + ", " + side + "], got " + Shapes.toString(pixels.shape()));
        }
        long batch = pixels.size(0);
        Tensor patches = layers.patches()
                .apply(pixels)
                .reshape(batch, config.hiddenSize(), -1)
                .transpose(1, 2);
        Tensor first = layers.classToken().reshape(1, 1, -1).expand(batch, 1, config.hiddenSize());
        Tensor x = layers.before()
                .apply(pixels.engine().cat(List.of(first, patches), 1).add(layers.positions()));
        for (TransformerLayer layer : layers.layers()) {
            x = layer.apply(x, null, false);
        }
        Tensor pooled = layers.after().apply(x.select(1, 0));
        Linear projection = layers.projection();
        return new Encoding(x, pooled, projection == null ? null : projection.apply(pooled));
    }

    @Override
    public void close() {
        weights.close();
    }
}
