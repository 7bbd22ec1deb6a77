package dev.tandem.diffusion.load;

import dev.tandem.diffusion.transformer.UViTConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Reads {@code unet/config.json} of UniDiffuser. */
public final class UViTConfigFile {

    private UViTConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    public static UViTConfig read(Path file) {
        return Fields.read(file, UViTConfigFile::parse);
    }

    static UViTConfig parse(Fields f) {
        f.require("_class_name", "UniDiffuserModel");
        f.require("norm_type", "layer_norm");
        f.require("norm_elementwise_affine", true);
        f.refuse("cross_attention_dim");
        f.refuse("num_embeds_ada_norm");
        f.refuse("use_patch_pos_embed");
        String block = f.text("block_type", "unidiffuser");
        int in = f.size("in_channels", 4);
        return new UViTConfig(
                f.size("sample_size", 64),
                f.size("patch_size", 2),
                in,
                f.size("out_channels", in),
                f.size("num_layers", 1),
                f.size("num_attention_heads", 16),
                f.size("attention_head_dim", 88),
                f.size("text_dim", 768),
                f.size("num_text_tokens", 77),
                f.size("clip_img_dim", 512),
                f.flag("attention_bias", false),
                feedForward(f.text("activation_fn", "geglu")),
                f.flag("pre_layer_norm", false),
                block.equals("unidiffuser"),
                f.flag("use_timestep_embedding", false),
                f.flag("use_data_type_embedding", false));
    }

    private static UViTConfig.FeedForward feedForward(String name) {
        return Arrays.stream(UViTConfig.FeedForward.values())
                .filter(each -> each.configName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("activation_fn is '" + name + "'; use one of "
                        + Arrays.stream(UViTConfig.FeedForward.values())
                                .map(UViTConfig.FeedForward::configName)
                                .collect(Collectors.joining(", "))));
    }
}
