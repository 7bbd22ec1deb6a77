package dev.tandem.diffusion.load;

import dev.tandem.diffusion.transformer.SD3Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Reads {@code transformer/config.json} of Stable Diffusion 3. */
public final class SD3ConfigFile {

    private SD3ConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    public static SD3Config read(Path file) {
        return Fields.read(file, SD3ConfigFile::parse);
    }

    static SD3Config parse(Fields f) {
        f.require("_class_name", "SD3Transformer2DModel");
        f.require("qk_norm", "rms_norm");
        int heads = f.size("num_attention_heads", 18);
        int headDim = f.size("attention_head_dim", 64);
        int in = f.size("in_channels", 16);
        int projection = f.size("caption_projection_dim", 1152);
        if (projection != (long) heads * headDim) {
            throw new IllegalArgumentException("caption_projection_dim is " + projection
                    + ", but num_attention_heads times attention_head_dim is " + (long) heads * headDim);
        }
        return new SD3Config(
                f.size("sample_size", 128),
                f.size("patch_size", 2),
                in,
                f.size("out_channels", in),
                f.size("num_layers", 18),
                heads,
                headDim,
                f.size("joint_attention_dim", 4096),
                f.size("pooled_projection_dim", 2048),
                f.size("pos_embed_max_size", 96),
                f.has("qk_norm"),
                Set.copyOf(f.integers("dual_attention_layers", List.of())));
    }
}
