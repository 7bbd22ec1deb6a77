package dev.tandem.diffusion.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.layer.Activation;
import dev.tandem.diffusion.unet.UNetConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;

/**
 * Reads and writes {@code unet/config.json}. Fields that diffusers reads only for kinds of blocks that are not supported, such as
 * {@code resnet_skip_time_act} and {@code cross_attention_norm}, change nothing.
 */
public final class UNetConfigFile {

    private static final String DOWN = "DownBlock2D";
    private static final String DOWN_ATTENTION = "CrossAttnDownBlock2D";
    private static final String UP = "UpBlock2D";
    private static final String UP_ATTENTION = "CrossAttnUpBlock2D";
    private static final String MID = "mid_block_type";
    private static final List<String> TIME_ACTIVATIONS = List.of("timestep_post_act", "time_embedding_act_fn");
    private static final int SAMPLE_SIZE = 64;
    private static final List<String> UNSUPPORTED = List.of(
            "addition_embed_type",
            "class_embed_type",
            "class_embeddings_concat",
            "dual_cross_attention",
            "encoder_hid_dim",
            "encoder_hid_dim_type",
            "num_attention_heads",
            "num_class_embeds",
            "projection_class_embeddings_input_dim",
            "time_cond_proj_dim");

    private UNetConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    public static UNetConfig read(Path file) {
        return Fields.read(file, UNetConfigFile::parse);
    }

    static UNetConfig parse(Fields f) {
        f.require("_class_name", "UNet2DConditionModel");
        UNSUPPORTED.forEach(f::refuse);
        f.require("attention_type", "default");
        f.require("time_embedding_type", "positional");
        List<Integer> channels = f.sizes("block_out_channels", List.of(320, 640, 1280, 1280));
        int n = channels.size();
        List<Integer> transformerLayers = f.sizes("transformer_layers_per_block", 1, n);
        return UNetConfig.builder()
                .inChannels(f.size("in_channels", 4))
                .outChannels(f.size("out_channels", 4))
                .sampleSize(sampleSize(f))
                .blockOutChannels(channels)
                .downAttention(attention(
                        f.texts("down_block_types", List.of(DOWN_ATTENTION, DOWN_ATTENTION, DOWN_ATTENTION, DOWN)),
                        DOWN,
                        DOWN_ATTENTION))
                .upAttention(attention(
                        f.texts("up_block_types", List.of(UP, UP_ATTENTION, UP_ATTENTION, UP_ATTENTION)),
                        UP,
                        UP_ATTENTION))
                .layersPerBlock(f.sizes("layers_per_block", 2, n))
                .attentionHeads(f.sizes("attention_head_dim", 8, n))
                .crossAttentionDim(f.sizes("cross_attention_dim", 1280, n))
                .downTransformerLayers(transformerLayers)
                .upTransformerLayers(f.sizes("reverse_transformer_layers_per_block", reversed(transformerLayers)))
                .onlyCrossAttention(f.flags("only_cross_attention", false, n))
                .linearProjection(f.flag("use_linear_projection", false))
                .normNumGroups(f.size("norm_num_groups", 32))
                .normEps(f.number("norm_eps", 1e-5))
                .activation(Activation.named(f.text("act_fn", "silu")))
                .flipSinToCos(f.flag("flip_sin_to_cos", true))
                .freqShift(f.number("freq_shift", 0))
                .timeEmbeddingDim(f.size("time_embedding_dim", Math.multiplyExact(4, channels.get(0))))
                .timeActivations(TIME_ACTIVATIONS.stream()
                        .filter(f::has)
                        .map(name -> Activation.named(f.text(name, "")))
                        .toList())
                .timeScaleShift(timeScaleShift(f))
                .centerInputSample(f.flag("center_input_sample", false))
                .downsamplePadding(f.integer("downsample_padding", 1))
                .midBlock(midBlock(f))
                .midBlockScaleFactor(f.number("mid_block_scale_factor", 1))
                .convInKernel(f.size("conv_in_kernel", 3))
                .convOutKernel(f.size("conv_out_kernel", 3))
                .build();
    }

    /** The configuration as diffusers writes it. */
    static ObjectNode write(UNetConfig c) {
        ObjectNode json = Fields.JSON.createObjectNode();
        json.put("_class_name", "UNet2DConditionModel");
        json.put("act_fn", c.activation().configName());
        put(json, "attention_head_dim", c.attentionHeads());
        put(json, "block_out_channels", List.copyOf(c.blockOutChannels()), false);
        json.put("center_input_sample", c.centerInputSample());
        json.put("conv_in_kernel", c.convInKernel());
        json.put("conv_out_kernel", c.convOutKernel());
        put(json, "cross_attention_dim", c.crossAttentionDim());
        c.downAttention().forEach(a -> json.withArray("down_block_types").add(a ? DOWN_ATTENTION : DOWN));
        json.put("downsample_padding", c.downsamplePadding());
        json.put("flip_sin_to_cos", c.flipSinToCos());
        json.put("freq_shift", (int) c.freqShift());
        json.put("in_channels", c.inChannels());
        put(json, "layers_per_block", c.layersPerBlock());
        json.put("mid_block_scale_factor", c.midBlockScaleFactor());
        if (c.midBlock() == UNetConfig.MidBlock.NONE) {
            json.putNull(MID);
        } else {
            json.put(MID, c.midBlock().configName());
        }
        json.put("norm_eps", c.normEps());
        json.put("norm_num_groups", c.normNumGroups());
        put(json, "only_cross_attention", c.onlyCrossAttention());
        json.put("out_channels", c.outChannels());
        json.put("resnet_time_scale_shift", c.timeScaleShift() ? "scale_shift" : "default");
        json.put("sample_size", c.sampleSize());
        for (int i = 0;
                i < c.timeActivations().size();
                i++) { // applied one after the other, in the order of the fields
            json.put(TIME_ACTIVATIONS.get(i), c.timeActivations().get(i).configName());
        }
        json.put("time_embedding_dim", c.timeEmbeddingDim());
        put(json, "transformer_layers_per_block", c.downTransformerLayers());
        if (!c.upTransformerLayers().equals(reversed(c.downTransformerLayers()))) {
            put(json, "reverse_transformer_layers_per_block", c.upTransformerLayers(), false);
        }
        c.upAttention().forEach(a -> json.withArray("up_block_types").add(a ? UP_ATTENTION : UP));
        json.put("use_linear_projection", c.linearProjection());
        return json;
    }

    /** One value for all resolutions where they are the same, else a list. */
    private static void put(ObjectNode json, String name, List<?> values) {
        put(json, name, values, new HashSet<>(values).size() == 1);
    }

    private static void put(ObjectNode json, String name, List<?> values, boolean single) {
        json.set(name, Fields.JSON.valueToTree(single ? values.get(0) : values));
    }

    private static List<Boolean> attention(List<String> types, String without, String with) {
        List<Boolean> list = new ArrayList<>();
        for (String type : types) {
            if (!type.equals(without) && !type.equals(with)) {
                throw new IllegalArgumentException(
                        "the block type " + type + " is not supported; use " + without + " or " + with);
            }
            list.add(type.equals(with));
        }
        return list;
    }

    /** Diffusers reads null as none, not as the default. */
    private static UNetConfig.MidBlock midBlock(Fields f) {
        if (f.isNull(MID)) {
            return UNetConfig.MidBlock.NONE;
        }
        String name = f.text(MID, UNetConfig.MidBlock.CROSS_ATTENTION.configName());
        for (UNetConfig.MidBlock each : UNetConfig.MidBlock.values()) {
            if (each != UNetConfig.MidBlock.NONE && each.configName().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                MID + " is '" + name + "'; use UNetMidBlock2DCrossAttn, UNetMidBlock2D or null");
    }

    private static boolean timeScaleShift(Fields f) {
        String kind = f.text("resnet_time_scale_shift", "default");
        if (!kind.equals("default") && !kind.equals("scale_shift")) {
            throw new IllegalArgumentException(
                    "resnet_time_scale_shift is '" + kind + "'; only default and scale_shift are supported");
        }
        return kind.equals("scale_shift");
    }

    /** Files of the first versions of diffusers say 32 where they mean 64, as {@code StableDiffusionPipeline} knows. */
    private static int sampleSize(Fields f) {
        int size = f.size("sample_size", SAMPLE_SIZE);
        return f.text("_diffusers_version", "").matches("0\\.[0-8](\\..*)?") ? Math.max(size, SAMPLE_SIZE) : size;
    }

    private static List<Integer> reversed(List<Integer> values) {
        List<Integer> list = new ArrayList<>(values);
        Collections.reverse(list);
        return list;
    }
}
