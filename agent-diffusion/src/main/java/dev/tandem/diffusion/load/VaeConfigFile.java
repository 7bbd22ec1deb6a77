package dev.tandem.diffusion.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.layer.Activation;
import dev.tandem.diffusion.vae.VaeConfig;
import java.nio.file.Path;
import java.util.List;

/** Reads and writes {@code vae/config.json}. */
public final class VaeConfigFile {

    private static final String DOWN = "DownEncoderBlock2D";
    private static final String UP = "UpDecoderBlock2D";

    private VaeConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    public static VaeConfig read(Path file) {
        return Fields.read(file, VaeConfigFile::parse);
    }

    static VaeConfig parse(Fields f) {
        f.require("_class_name", "AutoencoderKL");
        onlyBlocks(f, "down_block_types", DOWN);
        onlyBlocks(f, "up_block_types", UP);
        List<Integer> channels = f.sizes("block_out_channels", List.of(64));
        return VaeConfig.builder()
                .inChannels(f.size("in_channels", 3))
                .outChannels(f.size("out_channels", 3))
                .latentChannels(f.size("latent_channels", 4))
                .blockOutChannels(channels)
                .layersPerBlock(f.size("layers_per_block", 1))
                .normNumGroups(f.size("norm_num_groups", 32))
                .activation(Activation.named(f.text("act_fn", "silu")))
                .sampleSize(f.size("sample_size", 32))
                .scalingFactor(f.number("scaling_factor", 0.18215))
                .shiftFactor(f.number("shift_factor", 0))
                .quantConv(f.flag("use_quant_conv", true))
                .postQuantConv(f.flag("use_post_quant_conv", true))
                .midAttention(f.flag("mid_block_add_attention", true))
                .build();
    }

    /** The configuration as diffusers writes it. */
    static ObjectNode write(VaeConfig c) {
        ObjectNode json = Fields.JSON.createObjectNode();
        json.put("_class_name", "AutoencoderKL");
        json.put("act_fn", c.activation().configName());
        json.set("block_out_channels", Fields.JSON.valueToTree(c.blockOutChannels()));
        int n = c.blockOutChannels().size();
        for (int i = 0; i < n; i++) {
            json.withArray("down_block_types").add(DOWN);
            json.withArray("up_block_types").add(UP);
        }
        json.put("force_upcast", true);
        json.put("in_channels", c.inChannels());
        json.put("latent_channels", c.latentChannels());
        json.put("layers_per_block", c.layersPerBlock());
        json.put("mid_block_add_attention", c.midAttention());
        json.put("norm_num_groups", c.normNumGroups());
        json.put("out_channels", c.outChannels());
        json.put("sample_size", c.sampleSize());
        json.put("scaling_factor", c.scalingFactor());
        if (c.shiftFactor() == 0) {
            json.putNull("shift_factor");
        } else {
            json.put("shift_factor", c.shiftFactor());
        }
        json.put("use_post_quant_conv", c.postQuantConv());
        json.put("use_quant_conv", c.quantConv());
        return json;
    }

    private static void onlyBlocks(Fields f, String field, String supported) {
        for (String type : f.texts(field, List.of())) {
            if (!type.equals(supported)) {
                throw new IllegalArgumentException(field + " names " + type + "; only " + supported + " is supported");
            }
        }
    }
}
