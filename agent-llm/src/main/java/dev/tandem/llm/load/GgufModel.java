package dev.tandem.llm.load;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Gguf;
import dev.tandem.core.weights.GgufType;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.RopeScaling;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A language model of the Llama family in one GGUF file: weights, settings, tokenizer and chat template. Names and the order of rotary pairs are
 * llama.cpp's; weights come out under the keys of transformers.
 */
public final class GgufModel {

    private static final String LLAMA = "llama";
    private static final String QWEN2 = "qwen2";
    private static final String ROPE_FACTORS = "rope_freqs.weight";
    private static final int LLAMA3_TRAINED = 8192;
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)\\.(weight|bias)");

    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");

    private static final Map<String, String> INSIDE = Map.of(
            "input_layernorm", "attn_norm",
            "post_attention_layernorm", "ffn_norm",
            "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k",
            "self_attn.v_proj", "attn_v",
            "self_attn.o_proj", "attn_output",
            "mlp.gate_proj", "ffn_gate",
            "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");

    private final Gguf file;
    private final String architecture;
    private final LlamaConfig config;

    private GgufModel(Gguf file, String architecture, LlamaConfig config) {
        this.file = file;
        this.architecture = architecture;
        this.config = config;
    }

    /**
     * Opens a file and reads its settings.
     *
     * @throws WeightException if it is missing, damaged, or of an architecture that is not supported
     */
    public static GgufModel open(Path path) {
        Gguf file = Gguf.open(path);
        String architecture = file.text("general.architecture").orElse("");
        if (!architecture.equals(LLAMA) && !architecture.equals(QWEN2)) {
            throw new WeightException(
                    path + " holds a model of the architecture '" + architecture + "'; llama and qwen2 are supported");
        }
        try {
            return new GgufModel(file, architecture, config(file, architecture));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new WeightException(path + ": " + e.getMessage(), e);
        }
    }

    public LlamaConfig config() {
        return config;
    }

    /** The chat template in Jinja, where the file has one. */
    public Optional<String> chatTemplate() {
        return file.text("tokenizer.chat_template");
    }

    /** Whether a text begins with the begin token. */
    public boolean beginsText() {
        return file.flag("tokenizer.ggml.add_bos_token")
                .orElse(file.text("tokenizer.ggml.model").orElse("").equals(LLAMA));
    }

    /** The tokenizer. */
    public LlmTokenizer tokenizer() {
        return new LlmTokenizer(GgufTokenizer.read(file));
    }

    /** Loads the weights: matrices as float16 where the engine can, all else as float32. */
    public Llama load(TensorEngine engine) {
        return LlamaLoader.build(engine, config, weights(engine));
    }

    private static LlamaConfig config(Gguf file, String architecture) {
        int width = size(file, architecture + ".embedding_length", null);
        int heads = size(file, architecture + ".attention.head_count", null);
        boolean bias = file.has("blk.0.attn_q.bias");
        int tokens = file.texts("tokenizer.ggml.tokens").size();
        int vocabulary = file.has("token_embd.weight") ? rows(file, "token_embd.weight") : tokens;
        Integer end = token(file, "tokenizer.ggml.eos_token_id", vocabulary);
        return LlamaConfig.builder()
                .modelType(architecture)
                .vocabSize(vocabulary)
                .hiddenSize(width)
                .intermediateSize(size(file, architecture + ".feed_forward_length", null))
                .hiddenLayers(size(file, architecture + ".block_count", null))
                .attentionHeads(heads)
                .keyValueHeads(size(file, architecture + ".attention.head_count_kv", heads))
                .headDim(size(file, architecture + ".attention.key_length", width / Math.max(1, heads)))
                .hiddenAct(Activation.SILU)
                .rmsNormEps(file.number(architecture + ".attention.layer_norm_rms_epsilon")
                        .orElse(1e-5))
                .ropeTheta(file.number(architecture + ".rope.freq_base").orElse(10_000.0))
                .ropeScaling(scaling(file))
                .maxPositionEmbeddings(size(file, architecture + ".context_length", null))
                .tieWordEmbeddings(!file.has("output.weight"))
                .queryKeyValueBias(bias)
                .bosTokenId(token(file, "tokenizer.ggml.bos_token_id", vocabulary))
                .eosTokenIds(end == null ? List.of() : List.of(end))
                .padTokenId(token(file, "tokenizer.ggml.padding_token_id", vocabulary))
                .build();
    }

    private static int rows(Gguf file, String tensor) {
        long[] shape = file.shape(tensor);
        if (shape.length != 2 || shape[0] > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the tensor " + tensor + " has the shape " + Shapes.toString(shape)
                    + "; a table of token vectors has two sizes");
        }
        return (int) shape[0];
    }

    /** A token id, or null where there is none, which some writers say by -1 (and unsigned, by the largest number). */
    private static @Nullable Integer token(Gguf file, String key, int vocabulary) {
        Long id = file.integer(key).orElse(null);
        if (id == null || id == -1 || id == 0xFFFF_FFFFL) {
            return null;
        }
        if (id < 0 || id >= vocabulary) {
            throw new IllegalArgumentException(key + " is " + id + ", but there are " + vocabulary + " tokens");
        }
        return id.intValue();
    }

    /** Files of Llama 3.1 and later hold what each frequency is divided by instead of the rule; the largest is the rule's factor. */
    private static RopeScaling scaling(Gguf file) {
        if (!file.has(ROPE_FACTORS)) {
            return new RopeScaling.None();
        }
        double factor = 1;
        for (float each : file.values(ROPE_FACTORS)) {
            factor = Math.max(factor, each);
        }
        return new RopeScaling.Llama3(factor, 1, 4, LLAMA3_TRAINED);
    }

    private static int size(Gguf file, String key, @Nullable Integer otherwise) {
        Optional<Long> value = file.integer(key);
        if (value.isEmpty()) {
            if (otherwise == null) {
                throw new IllegalArgumentException("the setting " + key + " is missing");
            }
            return otherwise;
        }
        if (value.get() < 1 || value.get() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(key + " must be at least 1, got " + value.get());
        }
        return value.get().intValue();
    }

    /** The weights under the keys of transformers. */
    WeightSource weights(TensorEngine engine) {
        return new WeightSource() {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                String name = name(key);
                if (name == null || !file.has(name)) {
                    throw new WeightException(file.file() + " has no tensor for " + key);
                }
                long[] found = file.shape(name);
                if (!Arrays.equals(found, shape)) {
                    throw new WeightException(file.file() + " holds " + name + " with the shape "
                            + Shapes.toString(found) + ", its settings ask for " + Shapes.toString(shape));
                }
                if (!architecture.equals(LLAMA) || !(name.contains("attn_q.") || name.contains("attn_k."))) {
                    return file.read(engine, name);
                }
                int heads = name.contains("attn_q.") ? config.attentionHeads() : config.keyValueHeads();
                try (Scope scope = engine.scope()) {
                    return scope.keep(pairsApart(file.read(engine, name), heads));
                }
            }

            @Override
            public boolean has(String key) {
                String name = name(key);
                return name != null && file.has(name);
            }

            @Override
            public boolean packs(String key) {
                String name = name(key);
                return name != null && engine.packs() && file.type(name) != GgufType.F32;
            }
        };
    }

    /** llama.cpp turns neighbours, transformers turns halves of a head: rows x0 y0 x1 y1 .. become x0 x1 .. y0 y1 ... */
    private static Tensor pairsApart(Tensor weight, int heads) {
        long[] shape = weight.shape();
        long rows = shape[0];
        return weight.reshape(heads, rows / heads / 2, 2, -1)
                .transpose(1, 2)
                .contiguous()
                .reshape(shape);
    }

    private static @Nullable String name(String key) {
        String outside = OUTSIDE.get(key);
        if (outside != null) {
            return outside;
        }
        Matcher matcher = LAYER.matcher(key);
        if (!matcher.matches() || !INSIDE.containsKey(matcher.group(2))) {
            return null;
        }
        return "blk." + matcher.group(1) + "." + INSIDE.get(matcher.group(2)) + "." + matcher.group(3);
    }
}
