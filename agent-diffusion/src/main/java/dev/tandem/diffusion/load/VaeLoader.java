package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.block.ResnetBlock;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.Decoder;
import dev.tandem.diffusion.vae.Encoder;
import dev.tandem.diffusion.vae.MidBlock;
import dev.tandem.diffusion.vae.VaeConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds an {@link AutoencoderKL} from the checkpoint keys of diffusers ({@code encoder.down_blocks.0.resnets.0.conv1.weight}, …), whether
 * the weights come from a file or are drawn afresh.
 */
public final class VaeLoader {

    private static final double EPS = 1e-6;

    /** Before the last convolution, whatever act_fn says of the blocks. */
    private static final Activation LAST_ACTIVATION = Activation.SILU;

    private VaeLoader() {}

    /**
     * Builds an autoencoder that owns its weights.
     *
     * @param weights by full checkpoint key
     * @throws dev.tandem.core.weights.WeightException if a key is missing or has another shape
     */
    public static AutoencoderKL build(TensorEngine engine, VaeConfig config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new AutoencoderKL(config, layers(config, weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private static AutoencoderKL.Layers layers(VaeConfig c, WeightSource weights) {
        long moments = 2L * c.latentChannels();
        long latents = c.latentChannels();
        return new AutoencoderKL.Layers(
                encoder(c, weights.at("encoder")),
                c.quantConv() ? Conv2d.load(weights, "quant_conv", moments, moments, 1) : null,
                c.postQuantConv() ? Conv2d.load(weights, "post_quant_conv", latents, latents, 1) : null,
                decoder(c, weights.at("decoder")));
    }

    private static Encoder encoder(VaeConfig c, WeightSource weights) {
        BlockLoader blocks = blocks(c);
        List<Integer> channels = c.blockOutChannels();
        int last = channels.get(channels.size() - 1);
        Conv2d in = Conv2d.load(weights, "conv_in", c.inChannels(), channels.get(0), 3);
        List<Encoder.Level> levels = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            WeightSource level = weights.at("down_blocks." + i);
            int from = channels.get(Math.max(0, i - 1));
            levels.add(new Encoder.Level(
                    resnets(blocks, level, from, channels.get(i), c.layersPerBlock()),
                    i == channels.size() - 1 ? null : blocks.downsample(level, channels.get(i), 0)));
        }
        return new Encoder(
                in,
                levels,
                mid(c, weights, last),
                GroupNorm.load(weights, "conv_norm_out", c.normNumGroups(), last, EPS),
                LAST_ACTIVATION,
                Conv2d.load(weights, "conv_out", last, 2L * c.latentChannels(), 3));
    }

    private static Decoder decoder(VaeConfig c, WeightSource weights) {
        BlockLoader blocks = blocks(c);
        List<Integer> channels = c.blockOutChannels();
        int n = channels.size();
        int last = channels.get(n - 1);
        Conv2d in = Conv2d.load(weights, "conv_in", c.latentChannels(), last, 3);
        MidBlock mid = mid(c, weights, last);
        List<Decoder.Level> levels = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            WeightSource level = weights.at("up_blocks." + i);
            int to = channels.get(n - 1 - i);
            int from = channels.get(Math.min(n - 1, n - i));
            levels.add(new Decoder.Level(
                    resnets(blocks, level, from, to, c.layersPerBlock() + 1),
                    i == n - 1 ? null : blocks.upsample(level, to)));
        }
        return new Decoder(
                in,
                mid,
                levels,
                GroupNorm.load(weights, "conv_norm_out", c.normNumGroups(), channels.get(0), EPS),
                LAST_ACTIVATION,
                Conv2d.load(weights, "conv_out", channels.get(0), c.outChannels(), 3));
    }

    private static MidBlock mid(VaeConfig c, WeightSource weights, int channels) {
        BlockLoader blocks = blocks(c);
        WeightSource mid = weights.at("mid_block");
        return new MidBlock(
                blocks.resnet(mid.at("resnets.0"), channels, channels, 1),
                c.midAttention() ? blocks.spatialAttention(mid.at("attentions.0"), channels) : null,
                blocks.resnet(mid.at("resnets.1"), channels, channels, 1));
    }

    private static List<ResnetBlock> resnets(BlockLoader blocks, WeightSource weights, int in, int out, int count) {
        List<ResnetBlock> list = new ArrayList<>();
        for (int j = 0; j < count; j++) {
            list.add(blocks.resnet(weights.at("resnets." + j), j == 0 ? in : out, out, 1));
        }
        return list;
    }

    private static BlockLoader blocks(VaeConfig c) {
        return new BlockLoader(c.normNumGroups(), EPS, c.activation(), 0, false);
    }
}
