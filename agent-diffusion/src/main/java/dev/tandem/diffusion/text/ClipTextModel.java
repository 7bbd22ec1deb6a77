package dev.tandem.diffusion.text;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.TransformerLayer;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text encoder of CLIP (Radford et al. 2021, section 2.4), equal to transformers' {@code CLIPTextModel} and
 * {@code CLIPTextModelWithProjection}: a transformer in which each token sees those before it.
 */
public final class ClipTextModel implements AutoCloseable {

    /** Stands for minus infinity in masks: a row in which all is masked must not become NaN. */
    private static final float MASKED = -Float.MAX_VALUE;

    /** Old files name this id as the end of a text, whatever it is. */
    private static final int LEGACY_EOS = 2;

    /**
     * The layers.
     *
     * @param tokens [V, D]
     * @param positions [S, D]
     * @param layers one after the other
     * @param norm after the last
     * @param projection of the pooled vector; null where the model has none
     */
    public record Layers(
            Embedding tokens,
            Embedding positions,
            List<TransformerLayer> layers,
            LayerNorm norm,
            @Nullable Linear projection) {}

    private final ClipTextConfig config;
    private final Layers layers;
    private final Scope weights;

    /**
     * Puts a text encoder together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param weights owns the layers' tensors and is closed with this object
     */
    public ClipTextModel(ClipTextConfig config, Layers layers, Scope weights) {
        this.config = config;
        this.layers = layers;
        this.weights = weights;
    }

    public ClipTextConfig config() {
        return config;
    }

    /** The table of token vectors, [V, D]: the bridge mixes its rows. */
    public Tensor tokenTable() {
        return layers.tokens().weight();
    }

    /**
     * Encodes texts.
     *
     * @param ids int64 [B, S]
     */
    public TextEncoding encode(Tensor ids) {
        return encode(ids, null, null);
    }

    /**
     * Encodes texts.
     *
     * @param ids int64 [B, S]; with {@code inputs} they only say where a text ends
     * @param inputs token vectors [B, S, D], before positions are added; null to look the ids up
     * @param attentionMask int64 [B, S], 0 where a token is hidden from all others; null for none
     */
    public TextEncoding encode(Tensor ids, @Nullable Tensor inputs, @Nullable Tensor attentionMask) {
        if (ids.rank() != 2 || ids.size(1) > config.maxPositions()) {
            throw new IllegalArgumentException("token ids must have the shape [B, S] with S up to "
                    + config.maxPositions() + ", got " + Shapes.toString(ids.shape()));
        }
        Tensor vectors = inputs == null ? layers.tokens().apply(ids) : inputs;
        Tensor mask = attentionMask == null ? null : mask(attentionMask);
        Tensor x = vectors.add(layers.positions().weight().narrow(0, 0, ids.size(1)));
        Tensor penultimate = x;
        for (TransformerLayer layer : layers.layers()) {
            penultimate = x;
            try (Scope scope = x.engine().scope()) { // frees what one layer leaves behind before the next one runs
                x = scope.keep(layer.apply(x, mask, mask == null));
            }
        }
        Tensor last = layers.norm().apply(x);
        Tensor pooled = pool(last, ids);
        Linear projection = layers.projection();
        return new TextEncoding(last, penultimate, pooled, projection == null ? null : projection.apply(pooled));
    }

    /** [B, 1, S, S]: later positions and hidden tokens. */
    private Tensor mask(Tensor attentionMask) {
        TensorEngine engine = attentionMask.engine();
        int s = (int) attentionMask.size(1);
        float[] causal = new float[s * s];
        for (int i = 0; i < s; i++) {
            for (int j = i + 1; j < s; j++) {
                causal[i * s + j] = MASKED;
            }
        }
        Tensor hidden = attentionMask
                .to(DType.FLOAT32)
                .neg()
                .add(1)
                .mul(MASKED)
                .unsqueeze(1)
                .unsqueeze(1);
        return engine.tensor(causal, s, s).add(hidden).clamp(MASKED, 0);
    }

    /** The last hidden state where each text ends: [B, D]. */
    private Tensor pool(Tensor last, Tensor ids) {
        Tensor end = config.eosTokenId() == LEGACY_EOS
                ? ids
                : ids.eq(ids.engine().tensor(new long[] {config.eosTokenId()})).to(DType.INT64);
        Tensor at = end.argmax(-1).reshape(-1, 1, 1).expand(last.size(0), 1, last.size(2));
        return last.gather(1, at).squeeze(1);
    }

    @Override
    public void close() {
        weights.close();
    }
}
