package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.transformer.UViT;
import dev.tandem.diffusion.transformer.UViTConfig;
import java.util.ArrayList;
import java.util.List;

/** Builds a {@link UViT} from the checkpoint keys of diffusers ({@code transformer.transformer_in_blocks.0.attn1.to_q.weight}, …). */
public final class UViTLoader {

    private static final int FACTOR = 4;
    private static final double EPS = 1e-5;
    private static final Init POSITIONS = Init.normal(0.02);

    private final UViTConfig config;
    private final long width;

    private UViTLoader(UViTConfig config) {
        this.config = config;
        this.width = config.width();
    }

    /**
     * Builds a denoiser that owns its weights.
     *
     * @param weights by full checkpoint key
     * @throws dev.tandem.core.weights.WeightException if a key is missing or has another shape
     */
    public static UViT build(TensorEngine engine, UViTConfig config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new UViT(engine, config, new UViTLoader(config).read(weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private UViT.Weights read(WeightSource weights) {
        WeightSource transformer = weights.at("transformer");
        int half = config.layers() / 2;
        List<UViT.Block> first = new ArrayList<>();
        List<UViT.SkipBlock> second = new ArrayList<>();
        for (int i = 0; i < half; i++) {
            first.add(block(transformer.at("transformer_in_blocks." + i)));
            WeightSource out = transformer.at("transformer_out_blocks." + i);
            second.add(new UViT.SkipBlock(
                    Linear.load(out, "skip.skip_linear", 2 * width, width, true),
                    LayerNorm.load(out, "skip.norm", width, EPS),
                    block(out.at("block"))));
        }
        long patch = (long) config.patchSize() * config.patchSize();
        return new UViT.Weights(
                inputs(weights),
                first,
                block(transformer.at("transformer_mid_block")),
                second,
                LayerNorm.load(transformer, "norm_out", width, EPS),
                Linear.load(weights, "vae_img_out", width, patch * config.outChannels(), true),
                Linear.load(weights, "clip_img_out", width, config.clipImageDim(), true),
                Linear.load(weights, "text_out", width, config.textDim(), true));
    }

    private UViT.Inputs inputs(WeightSource weights) {
        int patch = config.patchSize();
        long tokens = 3L + config.textTokens() + (long) config.side() * config.side();
        boolean timed = config.timeEmbedding();
        Tensor types = config.dataType() ? weights.get("data_type_token_embedding.weight", POSITIONS, 2, width) : null;
        return new UViT.Inputs(
                Conv2d.load(
                        weights,
                        "vae_img_in.proj",
                        config.inChannels(),
                        width,
                        patch,
                        patch,
                        0,
                        Init.uniform((long) config.inChannels() * patch * patch)),
                Linear.load(weights, "clip_img_in", config.clipImageDim(), width, true),
                Linear.load(weights, "text_in", config.textDim(), width, true),
                timed ? time(weights.at("timestep_img_embed")) : null,
                timed ? time(weights.at("timestep_text_embed")) : null,
                weights.get("pos_embed", POSITIONS, 1, tokens, width),
                types,
                config.dataType() ? weights.get("data_type_pos_embed_token", Init.zeros(), 1, 1, width) : null);
    }

    private UViT.TimeLayers time(WeightSource weights) {
        return new UViT.TimeLayers(
                Linear.load(weights, "linear_1", width, FACTOR * width, true),
                Linear.load(weights, "linear_2", FACTOR * width, width, true));
    }

    private UViT.Block block(WeightSource weights) {
        boolean gated = config.feedForward().gated();
        boolean bias = config.attentionBias();
        return new UViT.Block(
                LayerNorm.load(weights, "norm1", width, EPS),
                new Attention(
                        Linear.load(weights, "attn1.to_q", width, width, bias),
                        Linear.load(weights, "attn1.to_k", width, width, bias),
                        Linear.load(weights, "attn1.to_v", width, width, bias),
                        Linear.load(weights, "attn1.to_out.0", width, width, true),
                        config.attentionHeads()),
                LayerNorm.load(weights, "norm3", width, EPS),
                Linear.load(weights, "ff.net.0.proj", width, (gated ? 2 : 1) * FACTOR * width, true),
                Linear.load(weights, "ff.net.2", FACTOR * width, width, true));
    }
}
