package dev.tandem.llm.vision;

import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.TransformerLayer;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * BLIP (Li et al. 2022, figure 2: the image-grounded text decoder): a vision transformer looks at a picture, a BERT with causal attention and
 * cross-attention writes its caption; equal to transformers' {@code BlipForConditionalGeneration}.
 *
 * <pre>
 * y = LayerNorm(ViT([class token, patches] + positions))
 * x = LayerNorm(E[ids] + P)
 * for each layer:  x = LayerNorm(x + Attention(x))          causal
 *                  x = LayerNorm(x + Attention(x, y))       to the picture
 *                  x = LayerNorm(x + W act(W x))
 * logits = W LayerNorm(act(W x)) + b
 * </pre>
 *
 * <p>Owns its weights; close it when it is no longer needed.
 */
public final class BlipCaptioner implements AutoCloseable {

    /**
     * The picture's encoder.
     *
     * @param patches 3 to D, of P x P patches
     * @param classToken [1, 1, D]
     * @param positions [1, tokens, D]
     * @param layers one after the other
     * @param norm after the last
     */
    public record Vision(
            Conv2d patches, Tensor classToken, Tensor positions, List<TransformerLayer> layers, LayerNorm norm) {

        public Vision {
            layers = List.copyOf(layers);
        }
    }

    /**
     * A layer of the text's decoder; norms come after what they norm.
     *
     * @param self among tokens
     * @param selfNorm after it
     * @param cross to the picture
     * @param crossNorm after it
     * @param in to the inner width
     * @param out from it
     * @param outNorm after it
     */
    public record TextLayer(
            Attention self,
            LayerNorm selfNorm,
            Attention cross,
            LayerNorm crossNorm,
            Linear in,
            Linear out,
            LayerNorm outNorm) {}

    /**
     * The text's decoder.
     *
     * @param tokens [V, D]
     * @param positions [most tokens, D]
     * @param norm after both
     * @param layers one after the other
     * @param transform of the head
     * @param transformNorm of the head
     * @param head D to V
     */
    public record Text(
            Embedding tokens,
            Embedding positions,
            LayerNorm norm,
            List<TextLayer> layers,
            Linear transform,
            LayerNorm transformNorm,
            Linear head) {

        public Text {
            layers = List.copyOf(layers);
        }
    }

    private final TensorEngine engine;
    private final BlipConfig config;
    private final Vision vision;
    private final Text text;
    private final Scope scope;

    /**
     * Puts a captioner together; {@code llm.load} does it from a checkpoint.
     *
     * @param scope owns the weights and is closed with this object
     */
    public BlipCaptioner(TensorEngine engine, BlipConfig config, Vision vision, Text text, Scope scope) {
        this.engine = engine;
        this.config = config;
        this.vision = vision;
        this.text = text;
        this.scope = scope;
    }

    public BlipConfig config() {
        return config;
    }

    /**
     * Looks at pictures.
     *
     * @param pixels [B, 3, imageSize, imageSize], normalised as the model's preprocessor says
     * @return [B, tokens, D of the vision]
     */
    public Tensor look(Tensor pixels) {
        int side = config.vision().imageSize();
        if (pixels.rank() != 4 || pixels.size(2) != side || pixels.size(3) != side) {
            throw new IllegalArgumentException("this captioner looks at pictures [B, 3, " + side + ", " + side
                    + "], got " + Shapes.toString(pixels.shape()));
        }
        long batch = pixels.size(0);
        int width = config.vision().hiddenSize();
        Tensor patches =
                vision.patches().apply(pixels).reshape(batch, width, -1).transpose(1, 2);
        Tensor x = engine.cat(List.of(vision.classToken().expand(batch, 1, width), patches), 1)
                .add(vision.positions());
        for (TransformerLayer layer : vision.layers()) {
            x = layer.apply(x, null, false);
        }
        return vision.norm().apply(x);
    }

    /**
     * Logits of captions.
     *
     * @param ids int64 [B, T], padded at the end if at all
     * @param picture what {@link #look} gave, [B, tokens, D of the vision]
     * @return [B, T, V]; without meaning at padding
     */
    public Tensor logits(Tensor ids, Tensor picture) {
        long length = ids.size(1);
        if (length > config.text().maxPositions()) {
            throw new IllegalArgumentException(
                    "a caption has at most " + config.text().maxPositions() + " tokens, got " + length);
        }
        Tensor positions = text.positions().weight().narrow(0, 0, length);
        Tensor x = text.norm().apply(text.tokens().apply(ids).add(positions));
        for (TextLayer layer : text.layers()) {
            x = layer.selfNorm().apply(layer.self().apply(x, x, null, true).add(x));
            x = layer.crossNorm()
                    .apply(layer.cross().apply(x, picture, null, false).add(x));
            Tensor inner = config.text().activation().apply(layer.in().apply(x));
            x = layer.outNorm().apply(layer.out().apply(inner).add(x));
        }
        Tensor transformed = config.text().activation().apply(text.transform().apply(x));
        return text.head().apply(text.transformNorm().apply(transformed));
    }

    /**
     * Writes captions, the likeliest token each time.
     *
     * @param picture what {@link #look} gave, [B, tokens, D of the vision]
     * @param maxNewTokens bound
     * @return for each picture its tokens with begin and end, filled up to equal length
     */
    public int[][] caption(Tensor picture, int maxNewTokens) {
        int rows = Math.toIntExact(picture.size(0));
        int longest = Math.min(1 + maxNewTokens, config.text().maxPositions());
        int[][] written = new int[rows][longest];
        boolean[] ended = new boolean[rows];
        for (int[] row : written) {
            row[0] = config.text().bosTokenId();
        }
        int length = 1;
        while (length < longest && !all(ended)) {
            long[] next = next(written, length, picture);
            for (int row = 0; row < rows; row++) {
                written[row][length] = ended[row] ? config.text().padTokenId() : (int) next[row];
                ended[row] |= next[row] == config.text().sepTokenId();
            }
            length++;
        }
        List<int[]> cut = new ArrayList<>();
        for (int[] row : written) {
            cut.add(Arrays.copyOf(row, length));
        }
        return cut.toArray(int[][]::new);
    }

    /** Captions are some ten tokens long: computing them again costs less than the look at the picture did. */
    private long[] next(int[][] written, int length, Tensor picture) {
        long[] ids = new long[written.length * length];
        for (int row = 0; row < written.length; row++) {
            for (int i = 0; i < length; i++) {
                ids[row * length + i] = written[row][i];
            }
        }
        try (Scope step = engine.scope()) {
            Tensor logits = logits(engine.tensor(ids, written.length, length), picture);
            return logits.select(1, length - 1L).argmax(-1).toLongArray();
        }
    }

    private static boolean all(boolean[] flags) {
        for (boolean flag : flags) {
            if (!flag) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        scope.close();
    }
}
