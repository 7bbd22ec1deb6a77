package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.RmsNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.transformer.SD3Config;
import dev.tandem.diffusion.transformer.SD3Transformer2D;
import dev.tandem.diffusion.transformer.SD3Transformer2D.Block;
import dev.tandem.diffusion.transformer.SD3Transformer2D.Embedder;
import dev.tandem.diffusion.transformer.SD3Transformer2D.Projections;
import dev.tandem.diffusion.transformer.SD3Transformer2D.Stream;
import dev.tandem.diffusion.transformer.SD3Transformer2D.Weights;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds an {@link SD3Transformer2D} from the checkpoint keys of diffusers ({@code transformer_blocks.0.attn.to_q.weight}, …). */
public final class SD3Loader {

    private static final int FEED_FORWARD_FACTOR = 4;
    private static final double EPS = 1e-6;

    private final SD3Config config;
    private final int width;

    private SD3Loader(SD3Config config) {
        this.config = config;
        this.width = config.width();
    }

    /**
     * Builds a denoiser that owns its weights.
     *
     * @param weights by full checkpoint key
     * @throws dev.tandem.core.weights.WeightException if a key is missing or has another shape
     */
    public static SD3Transformer2D build(TensorEngine engine, SD3Config config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new SD3Transformer2D(engine, config, new SD3Loader(config).read(weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private Weights read(WeightSource weights) {
        int patch = config.patchSize();
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(block(weights.at("transformer_blocks." + i), i));
        }
        long positions = (long) config.posEmbedMaxSize() * config.posEmbedMaxSize();
        return new Weights(
                Conv2d.load(
                        weights,
                        "pos_embed.proj",
                        config.inChannels(),
                        width,
                        patch,
                        patch,
                        0,
                        Init.uniform((long) config.inChannels() * patch * patch)),
                weights.get("pos_embed.pos_embed", Init.zeros(), 1, positions, width),
                embedder(weights.at("time_text_embed.timestep_embedder"), Weights.TIME_CHANNELS),
                embedder(weights.at("time_text_embed.text_embedder"), config.pooledProjectionDim()),
                Linear.load(weights, "context_embedder", config.jointAttentionDim(), width, true),
                blocks,
                Linear.load(weights, "norm_out.linear", width, 2L * width, true),
                Linear.load(weights, "proj_out", width, (long) patch * patch * config.outChannels(), true));
    }

    private Embedder embedder(WeightSource weights, long in) {
        return new Embedder(
                Linear.load(weights, "linear_1", in, width, true),
                Linear.load(weights, "linear_2", width, width, true));
    }

    private Block block(WeightSource weights, int index) {
        boolean twice = config.dualAttentionLayers().contains(index);
        boolean last = index == config.layers() - 1;
        WeightSource attention = weights.at("attn");
        Stream latents = new Stream(
                Linear.load(weights, "norm1.linear", width, (twice ? 9L : 6L) * width, true),
                own(attention),
                in(weights, "ff"),
                out(weights, "ff"));
        Stream text = new Stream(
                Linear.load(weights, "norm1_context.linear", width, (last ? 2L : 6L) * width, true),
                new Projections(
                        projection(attention, "add_q_proj"),
                        projection(attention, "add_k_proj"),
                        projection(attention, "add_v_proj"),
                        last ? null : norm(attention, "norm_added_q"),
                        norm(attention, "norm_added_k"),
                        last ? null : projection(attention, "to_add_out")),
                last ? null : in(weights, "ff_context"),
                last ? null : out(weights, "ff_context"));
        return new Block(latents, text, twice ? own(weights.at("attn2")) : null);
    }

    private Projections own(WeightSource attention) {
        return new Projections(
                projection(attention, "to_q"),
                projection(attention, "to_k"),
                projection(attention, "to_v"),
                norm(attention, "norm_q"),
                norm(attention, "norm_k"),
                projection(attention, "to_out.0"));
    }

    private Linear projection(WeightSource weights, String key) {
        return Linear.load(weights, key, width, width, true);
    }

    private @Nullable RmsNorm norm(WeightSource weights, String key) {
        return config.queryKeyNorm() ? RmsNorm.load(weights, key, config.attentionHeadDim(), EPS) : null;
    }

    private Linear in(WeightSource weights, String key) {
        return Linear.load(weights, key + ".net.0.proj", width, (long) FEED_FORWARD_FACTOR * width, true);
    }

    private Linear out(WeightSource weights, String key) {
        return Linear.load(weights, key + ".net.2", (long) FEED_FORWARD_FACTOR * width, width, true);
    }
}
