package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.unet.DownLevel;
import dev.tandem.diffusion.unet.FeedForward;
import dev.tandem.diffusion.unet.Layer;
import dev.tandem.diffusion.unet.MidLevel;
import dev.tandem.diffusion.unet.SpatialTransformer;
import dev.tandem.diffusion.unet.TimeEmbedding;
import dev.tandem.diffusion.unet.TransformerBlock;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.diffusion.unet.UpLevel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link UNet2DCondition} from the checkpoint keys of diffusers ({@code down_blocks.0.attentions.0.proj_in.weight}, …), whether
 * the weights come from a file or are drawn afresh.
 */
public final class UNetLoader {

    private static final double TRANSFORMER_EPS = 1e-6;
    private static final double LAYER_NORM_EPS = 1e-5;
    private static final int FEED_FORWARD_FACTOR = 4;

    private final UNetConfig config;
    private final BlockLoader blocks;

    private UNetLoader(UNetConfig config) {
        this.config = config;
        this.blocks = new BlockLoader(
                config.normNumGroups(),
                config.normEps(),
                config.activation(),
                config.timeEmbeddingDim(),
                config.timeScaleShift());
    }

    /**
     * Builds a UNet that owns its weights.
     *
     * @param weights by full checkpoint key
     * @throws dev.tandem.core.weights.WeightException if a key is missing or has another shape
     */
    public static UNet2DCondition build(TensorEngine engine, UNetConfig config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new UNet2DCondition(config, new UNetLoader(config).layers(engine, weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private UNet2DCondition.Layers layers(TensorEngine engine, WeightSource weights) {
        int first = config.blockOutChannels().get(0);
        int in = config.convInKernel();
        int out = config.convOutKernel();
        return new UNet2DCondition.Layers(
                time(engine, weights.at("time_embedding")),
                Conv2d.load(
                        weights,
                        "conv_in",
                        config.inChannels(),
                        first,
                        in,
                        1,
                        (in - 1) / 2,
                        Init.uniform((long) config.inChannels() * in * in)),
                down(weights),
                mid(weights.at("mid_block")),
                up(weights),
                GroupNorm.load(weights, "conv_norm_out", config.normNumGroups(), first, config.normEps()),
                Conv2d.load(
                        weights,
                        "conv_out",
                        first,
                        config.outChannels(),
                        out,
                        1,
                        (out - 1) / 2,
                        Init.uniform((long) first * out * out)));
    }

    private TimeEmbedding time(TensorEngine engine, WeightSource weights) {
        int width = config.blockOutChannels().get(0);
        int embedding = config.timeEmbeddingDim();
        return new TimeEmbedding(
                TimeEmbedding.frequencies(engine, width, config.freqShift()),
                width,
                config.flipSinToCos(),
                Linear.load(weights, "linear_1", width, embedding, true),
                config.activation(),
                Linear.load(weights, "linear_2", embedding, embedding, true),
                config.timeActivations());
    }

    private List<DownLevel> down(WeightSource weights) {
        List<Integer> channels = config.blockOutChannels();
        List<DownLevel> levels = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            WeightSource level = weights.at("down_blocks." + i);
            int out = channels.get(i);
            List<Layer> layers = new ArrayList<>();
            for (int j = 0; j < config.layersPerBlock().get(i); j++) {
                int in = j > 0 ? out : channels.get(Math.max(0, i - 1));
                int depth = config.downAttention().get(i)
                        ? config.downTransformerLayers().get(i)
                        : 0;
                layers.add(layer(level, j, in, out, i, depth));
            }
            boolean last = i == channels.size() - 1;
            levels.add(new DownLevel(layers, last ? null : blocks.downsample(level, out, config.downsamplePadding())));
        }
        return levels;
    }

    private @Nullable MidLevel mid(WeightSource weights) {
        if (config.midBlock() == UNetConfig.MidBlock.NONE) {
            return null;
        }
        int last = config.blockOutChannels().size() - 1;
        int channels = config.blockOutChannels().get(last);
        int depth = config.downTransformerLayers().get(last);
        double scale = config.midBlockScaleFactor();
        return new MidLevel(
                blocks.resnet(weights.at("resnets.0"), channels, channels, scale),
                config.midBlock() == UNetConfig.MidBlock.PLAIN
                        ? null
                        : new MidLevel.Attending(
                                transformer(weights.at("attentions.0"), channels, last, depth, false),
                                blocks.resnet(weights.at("resnets.1"), channels, channels, scale)));
    }

    /** The way up mirrors the way down; each layer takes beside its input what a layer of the way down left. */
    private List<UpLevel> up(WeightSource weights) {
        List<Integer> channels = config.blockOutChannels();
        int n = channels.size();
        List<UpLevel> levels = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            WeightSource level = weights.at("up_blocks." + i);
            int mirror = n - 1 - i;
            int out = channels.get(mirror);
            int before = channels.get(Math.min(n - 1, mirror + 1));
            int lastSkip = channels.get(Math.max(0, mirror - 1));
            int count = config.layersPerBlock().get(mirror) + 1;
            List<Layer> layers = new ArrayList<>();
            for (int j = 0; j < count; j++) {
                int in = (j == 0 ? before : out) + (j == count - 1 ? lastSkip : out);
                int depth = config.upAttention().get(i)
                        ? config.upTransformerLayers().get(i)
                        : 0;
                layers.add(layer(level, j, in, out, mirror, depth));
            }
            levels.add(new UpLevel(layers, i == n - 1 ? null : blocks.upsample(level, out)));
        }
        return levels;
    }

    private Layer layer(WeightSource level, int j, int in, int out, int resolution, int depth) {
        boolean onlyCross = config.onlyCrossAttention().get(resolution);
        @Nullable
        SpatialTransformer transformer =
                depth == 0 ? null : transformer(level.at("attentions." + j), out, resolution, depth, onlyCross);
        return new Layer(blocks.resnet(level.at("resnets." + j), in, out, 1), transformer);
    }

    private SpatialTransformer transformer(
            WeightSource weights, int channels, int resolution, int depth, boolean onlyCross) {
        int heads = config.attentionHeads().get(resolution);
        int context = config.crossAttentionDim().get(resolution);
        List<TransformerBlock> list = new ArrayList<>();
        for (int k = 0; k < depth; k++) {
            list.add(block(weights.at("transformer_blocks." + k), channels, heads, context, onlyCross));
        }
        return new SpatialTransformer(
                GroupNorm.load(weights, "norm", config.normNumGroups(), channels, TRANSFORMER_EPS),
                projection(weights, "proj_in", channels),
                list,
                projection(weights, "proj_out", channels));
    }

    private SpatialTransformer.Projection projection(WeightSource weights, String key, int channels) {
        return config.linearProjection()
                ? new SpatialTransformer.Projection.OnSequence(Linear.load(weights, key, channels, channels, true))
                : new SpatialTransformer.Projection.Convolution(Conv2d.load(weights, key, channels, channels, 1));
    }

    private static TransformerBlock block(
            WeightSource weights, int channels, int heads, int context, boolean onlyCross) {
        long inner = (long) FEED_FORWARD_FACTOR * channels;
        return new TransformerBlock(
                LayerNorm.load(weights, "norm1", channels, LAYER_NORM_EPS),
                BlockLoader.attention(weights.at("attn1"), channels, onlyCross ? context : channels, heads),
                onlyCross,
                LayerNorm.load(weights, "norm2", channels, LAYER_NORM_EPS),
                BlockLoader.attention(weights.at("attn2"), channels, context, heads),
                LayerNorm.load(weights, "norm3", channels, LAYER_NORM_EPS),
                new FeedForward(
                        Linear.load(weights, "ff.net.0.proj", channels, 2 * inner, true),
                        Linear.load(weights, "ff.net.2", inner, channels, true)));
    }
}
