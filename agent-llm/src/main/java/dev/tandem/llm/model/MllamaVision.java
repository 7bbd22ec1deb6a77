package dev.tandem.llm.model;

import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Llama-Vision sees of a picture (Grattafiori et al. 2024, section 7.2): a picture is cut into tiles, and all patches of all tiles attend to
 * each other; the outputs of some layers are put beside those of the last. Equal to transformers' {@code MllamaVisionModel}.
 *
 * <pre>
 * x = LayerNorm([class token, patches + b[layout]] + positions)      for each tile
 * x = Transformer(x);  kept layers go into the result
 * x = GlobalTransformer(LayerNorm(x) + c[layout])
 * result = [x, kept layers]
 * </pre>
 *
 * @param config its sizes
 * @param patches channels to D, of P x P patches
 * @param classToken [D]
 * @param before b, one for each layout of tiles
 * @param positions of the patches
 * @param normBefore before the first transformer
 * @param layers first transformer
 * @param normAfter after it
 * @param after c, one for each layout of tiles
 * @param globalLayers second transformer
 */
public record MllamaVision(
        MllamaConfig.Vision config,
        Conv2d patches,
        Tensor classToken,
        TileEmbedding before,
        PositionEmbedding positions,
        LayerNorm normBefore,
        List<Layer> layers,
        LayerNorm normAfter,
        TileEmbedding after,
        List<Layer> globalLayers) {

    /** Rows of patches are filled up to a multiple of this. */
    private static final int MULTIPLE = 8;

    private static final float MASKED = -Float.MAX_VALUE;

    /**
     * Vectors of the tiles of a layout, gated.
     *
     * @param table [layouts + 1, tiles · D]
     * @param gate [1]
     */
    public record TileEmbedding(Embedding table, Tensor gate) {}

    /**
     * Positions of patches in a tile, and, as far as the gate is open, in a tile of a layout.
     *
     * @param inTile [tokens, D]
     * @param inLayout [layouts + 1, tiles · tokens · D]
     * @param gate [1]
     */
    public record PositionEmbedding(Tensor inTile, Embedding inLayout, Tensor gate) {}

    /**
     * A layer of both transformers.
     *
     * @param norm1 before the attention
     * @param attention among all patches
     * @param norm2 before the feed-forward layer
     * @param in to the inner width
     * @param out from it
     * @param attentionGate [1]; null for none
     * @param feedForwardGate [1]; null for none
     */
    public record Layer(
            LayerNorm norm1,
            Attention attention,
            LayerNorm norm2,
            Linear in,
            Linear out,
            @Nullable Tensor attentionGate,
            @Nullable Tensor feedForwardGate) {}

    /**
     * Looks at pictures.
     *
     * @param pixels [B, M, tiles, channels, h, w]: M pictures in each row
     * @param layouts int64 [B, M], from 1; 0 where there is no picture
     * @param tileMask int64 [B, M, tiles], 0 where there is no tile
     * @return [B, M · tiles · tokens, output width]
     */
    public Tensor look(Tensor pixels, Tensor layouts, Tensor tileMask) {
        long[] shape = pixels.shape();
        if (shape.length != 6 || shape[2] != config.maxTiles() || shape[4] != config.imageSize()) {
            throw new IllegalArgumentException("pictures have the shape [B, M, " + config.maxTiles() + ", "
                    + config.channels() + ", " + config.imageSize() + ", " + config.imageSize() + "], got "
                    + Shapes.toString(shape));
        }
        TensorEngine engine = pixels.engine();
        long pictures = shape[0] * shape[1];
        long tiles = shape[2];
        long width = config.hiddenSize();
        long tokens = config.tokens();
        Tensor layout = layouts.reshape(pictures);
        // 1. tokens of each tile
        Tensor x = patches.apply(pixels.reshape(pictures * tiles, shape[3], shape[4], shape[5]))
                .reshape(pictures, tiles, width, -1)
                .transpose(2, 3); // [pictures, tiles, patches, D]
        x = tiled(before, x, layout);
        Tensor first = classToken.reshape(1, 1, 1, -1).expand(pictures, tiles, 1, width);
        x = normBefore.apply(positioned(engine.cat(List.of(first, x), 2), layout)); // [pictures, tiles, tokens, D]
        // 2. all tokens of a picture, filled up
        long filled = (tokens + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
        if (filled > tokens) {
            x = engine.cat(List.of(x, engine.zeros(DType.FLOAT32, pictures, tiles, filled - tokens, width)), 2);
        }
        Tensor mask = mask(engine, tileMask.toLongArray(), (int) tiles, (int) tokens, (int) filled);
        x = x.reshape(pictures, tiles * filled, width);
        Map<Integer, Tensor> outputs = new HashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            try (Scope step = engine.scope()) { // frees what one layer leaves behind before the next one runs
                x = step.keep(apply(layers.get(i), x, mask));
            }
            if (config.keptLayers().contains(i)) {
                outputs.put(i, x);
            }
        }
        // 3. once more, with gates
        x = tiled(after, normAfter.apply(x).reshape(pictures, tiles, filled, width), layout)
                .reshape(pictures, tiles * filled, width);
        for (Layer layer : globalLayers) {
            try (Scope step = engine.scope()) {
                x = step.keep(apply(layer, x, mask));
            }
        }
        // 4. the last output, then the kept ones, value by value
        List<Tensor> kept = new ArrayList<>();
        for (int layer : config.keptLayers()) {
            kept.add(outputs.get(layer));
        }
        if (!kept.isEmpty()) {
            Tensor beside = engine.stack(kept, -1).reshape(pictures, tiles * filled, -1);
            x = engine.cat(List.of(x, beside), -1);
        }
        return x.reshape(pictures, tiles, filled, -1)
                .narrow(2, 0, tokens)
                .reshape(shape[0], shape[1] * tiles * tokens, -1);
    }

    /**
     * Looks at pictures of one tile each, with an encoder that knows no others.
     *
     * @param pixels [B, channels, h, w]
     * @return [B, tokens, output width], the class token first
     */
    public Tensor look(Tensor pixels) {
        long pictures = pixels.size(0);
        TensorEngine engine = pixels.engine();
        long[] ones = new long[Math.toIntExact(pictures)];
        Arrays.fill(ones, 1);
        return look(
                pixels.unsqueeze(1).unsqueeze(1),
                engine.tensor(ones, pictures, 1),
                engine.tensor(ones, pictures, 1, 1));
    }

    private Tensor tiled(TileEmbedding embedding, Tensor x, Tensor layout) {
        Tensor vectors = embedding.table().apply(layout).reshape(-1, config.maxTiles(), 1, config.hiddenSize());
        return x.add(vectors.mul(embedding.gate().tanh()));
    }

    private Tensor positioned(Tensor x, Tensor layout) {
        Tensor open = positions.gate().tanh();
        Tensor inLayout =
                positions.inLayout().apply(layout).reshape(-1, config.maxTiles(), config.tokens(), config.hiddenSize());
        return x.add(positions.inTile().mul(open.neg().add(1))).add(inLayout.mul(open));
    }

    private Tensor apply(Layer layer, Tensor x, Tensor mask) {
        Tensor n = layer.norm1().apply(x);
        Tensor y = x.add(gated(layer.attentionGate(), layer.attention().apply(n, n, mask, false)));
        Tensor inner = config.activation().apply(layer.in().apply(layer.norm2().apply(y)));
        return y.add(gated(layer.feedForwardGate(), layer.out().apply(inner)));
    }

    private static Tensor gated(@Nullable Tensor gate, Tensor x) {
        return gate == null ? x : x.mul(gate.tanh());
    }

    /**
     * [pictures, 1, N, N]. As in the reference, what is hidden is hidden from what is hidden only: real patches see the fillers. And where
     * nothing had to be filled up, all counts as hidden.
     */
    private static Tensor mask(TensorEngine engine, long[] tileMask, int tiles, int tokens, int filled) {
        int pictures = tileMask.length / tiles;
        int n = tiles * filled;
        float[] hidden = new float[Math.multiplyExact(pictures, n)];
        for (int i = 0; i < hidden.length; i++) {
            boolean tile = tileMask[i / filled] != 0;
            hidden[i] = !tile || filled == tokens || i % filled >= tokens ? 1 : 0;
        }
        Tensor column = engine.tensor(hidden, pictures, 1, n, 1);
        return column.mul(column.transpose(2, 3)).mul(MASKED);
    }
}
