package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Activation;
import dev.tandem.diffusion.text.T5Config;
import java.nio.file.Path;

/** Reads the {@code config.json} of a T5 encoder. */
public final class T5ConfigFile {

    private static final String GATED = "gated-";

    private T5ConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    public static T5Config read(Path file) {
        return Fields.read(file, T5ConfigFile::parse);
    }

    static T5Config parse(Fields f) {
        f.require("model_type", "t5");
        String feedForward = f.text("feed_forward_proj", "relu");
        boolean gated = feedForward.startsWith(GATED);
        String function = gated ? feedForward.substring(GATED.length()) : feedForward;
        // transformers reads gated-gelu as the tanh approximation, which T5 1.1 was trained with
        Activation activation = Activation.named(feedForward.equals("gated-gelu") ? "gelu_new" : function);
        return new T5Config(
                f.size("vocab_size", 32_128),
                f.size("d_model", 512),
                f.size("d_kv", 64),
                f.size("d_ff", 2048),
                f.size("num_layers", 6),
                f.size("num_heads", 8),
                f.size("relative_attention_num_buckets", 32),
                f.size("relative_attention_max_distance", 128),
                f.number("layer_norm_epsilon", 1e-6),
                activation,
                gated);
    }
}
