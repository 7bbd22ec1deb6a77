package dev.tandem.diffusion.load;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.vision.ClipModel;
import dev.tandem.diffusion.vision.ClipVisionConfig;
import dev.tandem.diffusion.vision.ClipVisionModel;
import java.nio.file.Path;

/** Loads a {@link ClipModel} or its vision encoder from a folder in the layout of transformers. */
public final class ClipModelFolder {

    private static final String CONFIG = "config.json";

    private ClipModelFolder() {}

    /**
     * Loads both encoders.
     *
     * @param folder {@code config.json} with {@code text_config} and {@code vision_config}, and the weights
     * @throws IllegalArgumentException if the configuration can't be read; the message names file and field
     * @throws dev.tandem.core.weights.WeightException if the weights are missing, damaged or do not fit
     */
    public static ClipModel load(TensorEngine engine, Path folder) {
        ClipTextConfig textConfig = Fields.read(folder.resolve(CONFIG), ClipModelFolder::text);
        ClipVisionConfig visionConfig = Fields.read(folder.resolve(CONFIG), ClipModelFolder::vision);
        WeightSource weights = ModelFolder.of(folder).weights(engine);
        double logitScale;
        try (Scope scope = engine.scope()) {
            logitScale = Math.exp(weights.get("logit_scale", Init.ones()).item());
        }
        ClipTextModel text = ClipTextLoader.build(engine, textConfig, weights);
        try {
            return new ClipModel(text, ClipVisionLoader.build(engine, visionConfig, weights), logitScale);
        } catch (RuntimeException | Error e) {
            text.close();
            throw e;
        }
    }

    /** Loads the vision encoder alone, from a folder of it or of both. */
    public static ClipVisionModel loadVision(TensorEngine engine, Path folder) {
        return ClipVisionLoader.build(
                engine,
                Fields.read(folder.resolve(CONFIG), ClipModelFolder::vision),
                ModelFolder.of(folder).weights(engine));
    }

    private static ClipTextConfig text(Fields f) {
        return ClipTextConfigFile.parse(f.child("text_config"), f.size("projection_dim", 512));
    }

    static ClipVisionConfig vision(Fields all) {
        String type = all.text("model_type", "clip");
        if (!type.equals("clip") && !type.equals("clip_vision_model")) {
            throw new IllegalArgumentException("model_type is '" + type + "'; this reads clip and clip_vision_model");
        }
        // older files have a second one, which transformers prefers
        boolean older = all.has("vision_config_dict");
        boolean both = older || all.has("vision_config");
        Fields f = both ? all.child(older ? "vision_config_dict" : "vision_config") : all;
        boolean projected =
                both || all.texts("architectures", java.util.List.of()).contains("CLIPVisionModelWithProjection");
        return new ClipVisionConfig(
                f.size("image_size", 224),
                f.size("patch_size", 32),
                f.size("num_channels", 3),
                f.size("hidden_size", 768),
                f.size("intermediate_size", 3072),
                f.size("num_hidden_layers", 12),
                f.size("num_attention_heads", 12),
                Activation.named(f.text("hidden_act", "quick_gelu")),
                f.number("layer_norm_eps", 1e-5),
                projected ? all.size("projection_dim", 512) : 0);
    }
}
