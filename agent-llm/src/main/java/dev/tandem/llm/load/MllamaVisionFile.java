package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.MllamaConfig;
import dev.tandem.llm.model.MllamaVision;
import java.util.ArrayList;
import java.util.List;

/** The picture's encoder of an {@link dev.tandem.llm.model.Mllama} in the layout of transformers: its {@code vision_config} and its keys. */
final class MllamaVisionFile {

    /** Of {@code config.json} where the encoder lies alone. */
    static final String MODEL_TYPE = "mllama_vision_model";

    private static final int ASPECT_RATIOS = 8;
    private static final double OUTER_NORM_EPS = 1e-5;
    private static final Init NORMAL = Init.normal(0.02);

    private MllamaVisionFile() {}

    /**
     * Reads a {@code vision_config}.
     *
     * @throws IllegalArgumentException that names the field which does not fit
     */
    static MllamaConfig.Vision parse(JsonNode json) {
        int ratios = json.path("supported_aspect_ratios").isArray()
                ? json.path("supported_aspect_ratios").size()
                : ASPECT_RATIOS;
        return new MllamaConfig.Vision(
                Fields.size(json, "image_size", 448),
                Fields.size(json, "patch_size", 14),
                Fields.size(json, "num_channels", 3),
                Fields.size(json, "max_num_tiles", 4),
                ratios,
                Fields.size(json, "hidden_size", 1280),
                Fields.size(json, "intermediate_size", 5120),
                Fields.size(json, "num_hidden_layers", 32),
                Fields.size(json, "num_global_layers", 8),
                Fields.size(json, "attention_heads", 16),
                Activation.named(json.path("hidden_act").asText("gelu")),
                Fields.number(json, "norm_eps", 1e-5),
                Fields.integers(json, "intermediate_layers_indices", List.of(3, 7, 15, 23, 30)));
    }

    /**
     * A {@code vision_config} as transformers writes it.
     *
     * @throws IllegalArgumentException if the layouts of tiles are others than all those with at most {@code max_num_tiles}
     */
    static ObjectNode write(MllamaConfig.Vision c) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model_type", MODEL_TYPE)
                .put("image_size", c.imageSize())
                .put("patch_size", c.patchSize())
                .put("num_channels", c.channels())
                .put("max_num_tiles", c.maxTiles());
        ArrayNode layouts = json.putArray("supported_aspect_ratios");
        for (int columns = 1; columns <= c.maxTiles(); columns++) {
            for (int rows = 1; columns * rows <= c.maxTiles(); rows++) {
                layouts.addArray().add(columns).add(rows);
            }
        }
        if (layouts.size() != c.aspectRatios()) {
            throw new IllegalArgumentException(c.maxTiles() + " tiles have " + layouts.size()
                    + " layouts; an encoder with " + c.aspectRatios() + " of them can't be written");
        }
        json.put("hidden_size", c.hiddenSize())
                .put("intermediate_size", c.intermediateSize())
                .put("num_hidden_layers", c.layers())
                .put("num_global_layers", c.globalLayers())
                .put("attention_heads", c.attentionHeads())
                .put("hidden_act", c.activation().configName())
                .put("norm_eps", c.normEps());
        ArrayNode kept = json.putArray("intermediate_layers_indices");
        c.keptLayers().forEach(kept::add);
        return json.put("vision_output_dim", c.outputWidth());
    }

    /** The encoder of a configuration, its tensors from {@code weights}, where their keys begin with {@code patch_embedding} and the like. */
    static MllamaVision load(MllamaConfig.Vision c, WeightSource weights) {
        long width = c.hiddenSize();
        int patch = c.patchSize();
        return new MllamaVision(
                c,
                new Conv2d(
                        weights.get("patch_embedding.weight", NORMAL, width, c.channels(), patch, patch),
                        null,
                        patch,
                        0),
                weights.get("class_embedding", NORMAL, width),
                tiles(c, weights.at("pre_tile_positional_embedding")),
                positions(c, weights.at("gated_positional_embedding")),
                LayerNorm.load(weights, "layernorm_pre", width, OUTER_NORM_EPS),
                layers(c, weights.at("transformer"), c.layers(), false),
                LayerNorm.load(weights, "layernorm_post", width, OUTER_NORM_EPS),
                tiles(c, weights.at("post_tile_positional_embedding")),
                layers(c, weights.at("global_transformer"), c.globalLayers(), true));
    }

    private static MllamaVision.TileEmbedding tiles(MllamaConfig.Vision c, WeightSource weights) {
        return new MllamaVision.TileEmbedding(
                Embedding.load(
                        weights, "embedding", c.aspectRatios() + 1L, (long) c.maxTiles() * c.hiddenSize(), NORMAL),
                weights.get("gate", Init.zeros(), 1));
    }

    private static MllamaVision.PositionEmbedding positions(MllamaConfig.Vision c, WeightSource weights) {
        return new MllamaVision.PositionEmbedding(
                weights.get("embedding", NORMAL, c.tokens(), c.hiddenSize()),
                Embedding.load(
                        weights,
                        "tile_embedding",
                        c.aspectRatios() + 1L,
                        (long) c.maxTiles() * c.tokens() * c.hiddenSize(),
                        NORMAL),
                weights.get("gate", Init.zeros(), 1));
    }

    private static List<MllamaVision.Layer> layers(
            MllamaConfig.Vision c, WeightSource weights, int count, boolean gated) {
        long width = c.hiddenSize();
        List<MllamaVision.Layer> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            WeightSource layer = weights.at("layers." + i);
            layers.add(new MllamaVision.Layer(
                    LayerNorm.load(layer, "input_layernorm", width, c.normEps()),
                    new Attention(
                            Linear.load(layer, "self_attn.q_proj", width, width, false, NORMAL),
                            Linear.load(layer, "self_attn.k_proj", width, width, false, NORMAL),
                            Linear.load(layer, "self_attn.v_proj", width, width, false, NORMAL),
                            Linear.load(layer, "self_attn.o_proj", width, width, false, NORMAL),
                            c.attentionHeads()),
                    LayerNorm.load(layer, "post_attention_layernorm", width, c.normEps()),
                    Linear.load(layer, "mlp.fc1", width, c.intermediateSize(), true, NORMAL),
                    Linear.load(layer, "mlp.fc2", c.intermediateSize(), width, true, NORMAL),
                    gated ? layer.get("gate_attn", Init.ones(), 1) : null,
                    gated ? layer.get("gate_ffn", Init.ones(), 1) : null));
        }
        return layers;
    }
}
