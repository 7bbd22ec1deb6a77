package dev.tandem.diffusion.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.layer.Activation;
import dev.tandem.diffusion.text.ClipTextConfig;
import java.nio.file.Path;
import java.util.List;

/** Reads and writes {@code text_encoder/config.json}. */
public final class ClipTextConfigFile {

    private static final String PLAIN = "CLIPTextModel";
    private static final String PROJECTED = "CLIPTextModelWithProjection";

    private ClipTextConfigFile() {}

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException if it can't be read or asks for what is not supported; the message names file and field
     */
    public static ClipTextConfig read(Path file) {
        return Fields.read(file, ClipTextConfigFile::parse);
    }

    static ClipTextConfig parse(Fields f) {
        boolean projected = f.texts("architectures", List.of(PLAIN)).contains(PROJECTED);
        return parse(f, projected ? f.size("projection_dim", 512) : 0);
    }

    /** With a projection to so many values; 0 for none. */
    static ClipTextConfig parse(Fields f, int projectionDim) {
        f.require("model_type", "clip_text_model");
        return ClipTextConfig.builder()
                .vocabSize(f.size("vocab_size", 49_408))
                .hiddenSize(f.size("hidden_size", 512))
                .intermediateSize(f.size("intermediate_size", 2048))
                .hiddenLayers(f.size("num_hidden_layers", 12))
                .attentionHeads(f.size("num_attention_heads", 8))
                .maxPositions(f.size("max_position_embeddings", 77))
                .activation(Activation.named(f.text("hidden_act", "quick_gelu")))
                .layerNormEps(f.number("layer_norm_eps", 1e-5))
                .bosTokenId(f.integer("bos_token_id", 49_406))
                .eosTokenId(f.integer("eos_token_id", 49_407))
                .padTokenId(f.integer("pad_token_id", 1))
                .projectionDim(projectionDim)
                .build();
    }

    /** The configuration as transformers writes it. */
    static ObjectNode write(ClipTextConfig c) {
        ObjectNode json = Fields.JSON.createObjectNode();
        json.putArray("architectures").add(c.projectionDim() == 0 ? PLAIN : PROJECTED);
        json.put("attention_dropout", 0.0);
        json.put("bos_token_id", c.bosTokenId());
        json.put("eos_token_id", c.eosTokenId());
        json.put("hidden_act", c.activation().configName());
        json.put("hidden_size", c.hiddenSize());
        json.put("intermediate_size", c.intermediateSize());
        json.put("layer_norm_eps", c.layerNormEps());
        json.put("max_position_embeddings", c.maxPositions());
        json.put("model_type", "clip_text_model");
        json.put("num_attention_heads", c.attentionHeads());
        json.put("num_hidden_layers", c.hiddenLayers());
        json.put("pad_token_id", c.padTokenId());
        json.put("projection_dim", c.projectionDim() == 0 ? c.hiddenSize() : c.projectionDim());
        json.put("vocab_size", c.vocabSize());
        return json;
    }
}
