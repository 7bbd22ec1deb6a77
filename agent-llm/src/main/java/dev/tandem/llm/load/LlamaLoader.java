package dev.tandem.llm.load;

import dev.tandem.core.layer.Embedding;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.layer.RmsNorm;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Llama} from checkpoint keys as transformers writes them ({@code model.layers.0.self_attn.q_proj.weight}, …),
 * whether the weights come from a file or are drawn afresh.
 */
public final class LlamaLoader {

    private static final String TOKENS = "model.embed_tokens";

    private LlamaLoader() {}

    /**
     * Loads a model folder: {@code config.json} and {@code model.safetensors}, whole or in shards, with the LoRA adapter that lies beside them
     * ({@code adapter_config.json}), if there is one.
     *
     * @throws WeightException if a file is missing, damaged, does not fit, or asks for what is not supported
     */
    public static Llama load(TensorEngine engine, Path folder) {
        return load(engine, folder, LoraAdapter.isIn(folder) ? folder : null);
    }

    /**
     * Loads a model folder with a LoRA adapter of another folder.
     *
     * @param adapter as PEFT writes it; null for none
     * @throws WeightException if a file is missing, damaged, does not fit, or asks for what is not supported
     */
    public static Llama load(TensorEngine engine, Path folder, @Nullable Path adapter) {
        LlamaConfig config = config(folder);
        WeightSource weights = ModelFolder.of(folder).weights(engine).packing();
        return build(
                engine,
                config,
                adapter == null ? weights : LoraAdapter.load(engine, adapter).mergedInto(weights));
    }

    /** The configuration of a model folder, with the ends of text that its {@code generation_config.json} adds. */
    static LlamaConfig config(Path folder) {
        try {
            return LlamaConfigFile.readFolder(folder);
        } catch (IllegalArgumentException e) {
            throw new WeightException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Builds a decoder that owns its weights.
     *
     * @param weights by full checkpoint key; a fresh source draws normal values with the configuration's initializer range
     * @throws WeightException if a key is missing or has another shape
     */
    public static Llama build(TensorEngine engine, LlamaConfig config, WeightSource weights) {
        Scope scope = engine.scope();
        try {
            return new Llama(engine, config, read(config, weights), scope);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        } finally {
            scope.detach();
        }
    }

    private static Llama.Weights read(LlamaConfig c, WeightSource weights) {
        Init init = Init.normal(c.initializerRange());
        Embedding.Tied ends = ends(c, weights, init);
        List<Llama.Layer> layers = new ArrayList<>();
        for (int i = 0; i < c.hiddenLayers(); i++) {
            layers.add(layer(c, weights.at("model.layers." + i), init));
        }
        RmsNorm norm = RmsNorm.load(weights, "model.norm", c.hiddenSize(), c.rmsNormEps());
        return new Llama.Weights(ends.table(), layers, norm, ends.head());
    }

    private static Embedding.Tied ends(LlamaConfig c, WeightSource weights, Init init) {
        if (c.tieWordEmbeddings()) {
            return Embedding.loadTied(weights, TOKENS, "lm_head", c.vocabSize(), c.hiddenSize(), init);
        }
        return new Embedding.Tied(
                Embedding.load(weights, TOKENS, c.vocabSize(), c.hiddenSize(), init),
                Linear.load(weights, "lm_head", c.hiddenSize(), c.vocabSize(), false, init));
    }

    static Llama.Layer layer(LlamaConfig c, WeightSource weights, Init init) {
        long width = c.hiddenSize();
        long queries = (long) c.attentionHeads() * c.headDim();
        long keys = (long) c.keyValueHeads() * c.headDim();
        long inner = c.intermediateSize();
        return new Llama.Layer(
                RmsNorm.load(weights, "input_layernorm", width, c.rmsNormEps()),
                Linear.load(weights, "self_attn.q_proj", width, queries, c.queryKeyValueBias(), init),
                Linear.load(weights, "self_attn.k_proj", width, keys, c.queryKeyValueBias(), init),
                Linear.load(weights, "self_attn.v_proj", width, keys, c.queryKeyValueBias(), init),
                Linear.load(weights, "self_attn.o_proj", queries, width, c.attentionOutputBias(), init),
                RmsNorm.load(weights, "post_attention_layernorm", width, c.rmsNormEps()),
                Linear.load(weights, "mlp.gate_proj", width, inner, c.mlpBias(), init),
                Linear.load(weights, "mlp.up_proj", width, inner, c.mlpBias(), init),
                Linear.load(weights, "mlp.down_proj", inner, width, c.mlpBias(), init));
    }
}
