package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.layer.Activation;
import dev.tandem.core.layer.Attention;
import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.LayerNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.TransformerLayer;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.BlipCaptioner;
import dev.tandem.llm.model.BlipConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loads a {@link BlipCaptioner} from a folder in the layout of transformers. */
public final class BlipLoader {

    private static final Init NORMAL = Init.normal(0.02);

    private BlipLoader() {}

    /**
     * Loads a model folder: {@code config.json} and {@code model.safetensors}, whole or in shards.
     *
     * @throws WeightException if a file is missing, damaged, does not fit, or asks for what is not supported
     */
    public static BlipCaptioner load(TensorEngine engine, Path folder) {
        BlipConfig config;
        try {
            config = Fields.read(folder.resolve("config.json"), BlipLoader::parse);
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
        WeightSource weights = ModelFolder.of(folder).weights(engine);
        Scope scope = engine.scope();
        try {
            return new BlipCaptioner(
                    engine,
                    config,
                    vision(config.vision(), weights.at("vision_model")),
                    text(config.text(), weights.at("text_decoder")),
                    scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    static BlipConfig parse(JsonNode json) {
        String type = json.path("model_type").asText();
        if (!type.equals("blip")) {
            throw new IllegalArgumentException("model_type is '" + type + "'; this reads blip");
        }
        JsonNode vision = json.path("vision_config");
        JsonNode text = json.path("text_config");
        return new BlipConfig(
                new BlipConfig.Vision(
                        Fields.size(vision, "image_size", 384),
                        Fields.size(vision, "patch_size", 16),
                        Fields.size(vision, "hidden_size", 768),
                        Fields.size(vision, "intermediate_size", 3072),
                        Fields.size(vision, "num_hidden_layers", 12),
                        Fields.size(vision, "num_attention_heads", 12),
                        Activation.named(vision.path("hidden_act").asText("gelu")),
                        Fields.number(vision, "layer_norm_eps", 1e-5)),
                new BlipConfig.Text(
                        Fields.size(text, "vocab_size", 30_524),
                        Fields.size(text, "hidden_size", 768),
                        Fields.size(vision, "hidden_size", 768),
                        Fields.size(text, "intermediate_size", 3072),
                        Fields.size(text, "num_hidden_layers", 12),
                        Fields.size(text, "num_attention_heads", 8),
                        Fields.size(text, "max_position_embeddings", 512),
                        Activation.named(text.path("hidden_act").asText("gelu")),
                        Fields.number(text, "layer_norm_eps", 1e-12),
                        Fields.flag(text, "tie_word_embeddings", true),
                        text.path("bos_token_id").asInt(30_522),
                        text.path("sep_token_id").asInt(102),
                        text.path("pad_token_id").asInt(0)));
    }

    private static BlipCaptioner.Vision vision(BlipConfig.Vision c, WeightSource weights) {
        long width = c.hiddenSize();
        int patch = c.patchSize();
        List<TransformerLayer> layers = new ArrayList<>();
        for (int i = 0; i < c.hiddenLayers(); i++) {
            layers.add(visionLayer(c, weights.at("encoder.layers." + i)));
        }
        return new BlipCaptioner.Vision(
                Conv2d.load(weights, "embeddings.patch_embedding", 3, width, patch, patch, 0, NORMAL),
                weights.get("embeddings.class_embedding", NORMAL, 1, 1, width),
                weights.get("embeddings.position_embedding", NORMAL, 1, c.tokens(), width),
                layers,
                LayerNorm.load(weights, "post_layernorm", width, c.layerNormEps()));
    }

    private static TransformerLayer visionLayer(BlipConfig.Vision c, WeightSource weights) {
        long width = c.hiddenSize();
        Tensor kernel = weights.get("self_attn.qkv.weight", NORMAL, 3 * width, width);
        Tensor bias = weights.get("self_attn.qkv.bias", Init.zeros(), 3 * width);
        return new TransformerLayer(
                LayerNorm.load(weights, "layer_norm1", width, c.layerNormEps()),
                new Attention(
                        third(kernel, bias, 0),
                        third(kernel, bias, 1),
                        third(kernel, bias, 2),
                        Linear.load(weights, "self_attn.projection", width, width, true, NORMAL),
                        c.attentionHeads()),
                LayerNorm.load(weights, "layer_norm2", width, c.layerNormEps()),
                Linear.load(weights, "mlp.fc1", width, c.intermediateSize(), true, NORMAL),
                c.activation(),
                Linear.load(weights, "mlp.fc2", c.intermediateSize(), width, true, NORMAL));
    }

    /** Queries, keys or values of the one layer that computes all three. */
    private static Linear third(Tensor kernel, Tensor bias, int index) {
        long width = kernel.size(1);
        return Linear.of(kernel.narrow(0, index * width, width), bias.narrow(0, index * width, width));
    }

    private static BlipCaptioner.Text text(BlipConfig.Text c, WeightSource weights) {
        long width = c.hiddenSize();
        WeightSource bert = weights.at("bert");
        WeightSource head = weights.at("cls.predictions");
        Embedding tokens = Embedding.load(bert, "embeddings.word_embeddings", c.vocabSize(), width, NORMAL);
        List<BlipCaptioner.TextLayer> layers = new ArrayList<>();
        for (int i = 0; i < c.hiddenLayers(); i++) {
            layers.add(textLayer(c, bert.at("encoder.layer." + i)));
        }
        return new BlipCaptioner.Text(
                tokens,
                Embedding.load(bert, "embeddings.position_embeddings", c.maxPositions(), width, NORMAL),
                LayerNorm.load(bert, "embeddings.LayerNorm", width, c.layerNormEps()),
                layers,
                Linear.load(head, "transform.dense", width, width, true, NORMAL),
                LayerNorm.load(head, "transform.LayerNorm", width, c.layerNormEps()),
                Linear.of(
                        c.tied() ? tokens.weight() : head.get("decoder.weight", NORMAL, c.vocabSize(), width),
                        head.get("bias", Init.zeros(), c.vocabSize())));
    }

    private static BlipCaptioner.TextLayer textLayer(BlipConfig.Text c, WeightSource weights) {
        long width = c.hiddenSize();
        return new BlipCaptioner.TextLayer(
                attention(c, weights.at("attention"), width),
                LayerNorm.load(weights, "attention.output.LayerNorm", width, c.layerNormEps()),
                attention(c, weights.at("crossattention"), c.encoderHiddenSize()),
                LayerNorm.load(weights, "crossattention.output.LayerNorm", width, c.layerNormEps()),
                Linear.load(weights, "intermediate.dense", width, c.intermediateSize(), true, NORMAL),
                Linear.load(weights, "output.dense", c.intermediateSize(), width, true, NORMAL),
                LayerNorm.load(weights, "output.LayerNorm", width, c.layerNormEps()));
    }

    private static Attention attention(BlipConfig.Text c, WeightSource weights, long from) {
        long width = c.hiddenSize();
        return new Attention(
                Linear.load(weights, "self.query", width, width, true, NORMAL),
                Linear.load(weights, "self.key", from, width, true, NORMAL),
                Linear.load(weights, "self.value", from, width, true, NORMAL),
                Linear.load(weights, "output.dense", width, width, true, NORMAL),
                c.attentionHeads());
    }
}
