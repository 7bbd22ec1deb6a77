package dev.tandem.core.weights;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter (Hu et al. 2022) in PEFT's layout: {@code adapter_config.json} and {@code adapter_model.safetensors}, with the keys of PEFT
 * ({@code base_model.model.KEY.lora_A.weight}).
 *
 * <pre>{@code
 * LoraAdapter adapter = LoraAdapter.load(engine, folder);
 * Llama llama = LlamaLoader.build(engine, config, adapter.on(weights));      // beside the weights, to be trained
 * Llama merged = LlamaLoader.build(engine, config, adapter.mergedInto(weights)); // or added to them
 * }</pre>
 */
public final class LoraAdapter {

    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String TABLE_A = ".lora_embedding_A";
    private static final String TABLE_B = ".lora_embedding_B";
    private static final String MAGNITUDE = ".lora_magnitude_vector";
    private static final String LOW_RANK = ".lora_";
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final String CONFIG = "adapter_config.json";
    private static final String FILE = "adapter_model.safetensors";
    private static final String DIFFUSERS_FILE = "pytorch_lora_weights.safetensors";

    private final LoraConfig config;
    private final WeightSource source;
    private final boolean fresh;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    private LoraAdapter(LoraConfig config, WeightSource source, boolean fresh) {
        this.config = config;
        this.source = source;
        this.fresh = fresh;
    }

    /**
     * Opens an adapter; tensors are read when a model asks for them.
     *
     * @throws WeightException if a file is missing, damaged, or asks for what is not supported
     */
    public static LoraAdapter load(TensorEngine engine, Path folder) {
        return new LoraAdapter(
                LoraConfig.read(folder.resolve(CONFIG)), FileWeights.open(engine, folder.resolve(FILE)), false);
    }

    /**
     * Weights with the adapter that lies beside them in their folder added to them, if there is one.
     *
     * @throws WeightException if the adapter is damaged, or asks for what is not supported
     */
    public static WeightSource mergedBeside(TensorEngine engine, Path folder, WeightSource weights) {
        return isIn(folder) ? load(engine, folder).mergedInto(weights) : weights;
    }

    /** Whether a folder holds an adapter. */
    public static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(CONFIG));
    }

    /**
     * A new adapter of linear layers that changes nothing yet: A is drawn, B is zero.
     *
     * @throws IllegalArgumentException if the configuration asks for DoRA, which is only read
     */
    public static LoraAdapter fresh(TensorEngine engine, LoraConfig config, RandomGenerator random) {
        if (config.decomposed()) {
            throw new IllegalArgumentException("a new adapter can't be decomposed (use_dora); let PEFT make it");
        }
        return new LoraAdapter(config, new FreshWeights(engine, random), true);
    }

    public LoraConfig config() {
        return config;
    }

    /** What is trained, by PEFT's keys, in the order in which a model asked for it. */
    public Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** A model's weights with the adapter beside them: layers that are trained whole come from here. */
    public WeightSource on(WeightSource base) {
        return new Adapted(base) {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                return trained(key, base, key, init, shape);
            }

            @Override
            public @Nullable LowRank adapter(String key, long in, long out) {
                return lowRank(key, in, out);
            }

            @Override
            public @Nullable LowRank tableAdapter(String key, long rows, long width) {
                return lowRankTable(key, rows, width);
            }
        };
    }

    /** A model's weights with the adapter added to them; nothing is left to be trained apart. */
    public WeightSource mergedInto(WeightSource base) {
        return new Adapted(base) {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                Tensor weight = trained(key, base, key, init, shape);
                if (!key.endsWith(WEIGHT)) {
                    return weight;
                }
                if (shape.length != 2) {
                    if (adapts(layer(key))) {
                        throw new WeightException("the adapter changes " + layer(key)
                                + ", which is no linear layer; only linear layers and tables are supported");
                    }
                    return weight;
                }
                Tensor merged = merged(layer(key), weight);
                if (merged != weight) {
                    weight.close();
                }
                return merged;
            }

            @Override
            public Tensor shared(String key, String other, Tensor tensor) {
                return merged(layer(key), super.shared(key, other, tensor));
            }

            /** What an adapter adds is finer than the steps of 16 bits. */
            @Override
            public boolean packs(String key) {
                String layer = layer(key);
                return base.packs(key)
                        && !adapts(layer)
                        && !config.saves(layer)
                        && !source.has(PREFIX + layer + TABLE_A);
            }
        };
    }

    /** A model's weights with those of its layers that are trained whole. */
    private abstract class Adapted implements WeightSource {

        final WeightSource base;

        Adapted(WeightSource base) {
            this.base = base;
        }

        /** As in PEFT, a copy that is trained no longer shares anything: the other layer keeps what the base model has. */
        @Override
        public Tensor shared(String key, String other, Tensor tensor) {
            Init unused = Init.zeros();
            if (config.saves(layer(key))) {
                return trained(key, base, other, unused, tensor.shape());
            }
            return config.saves(layer(other)) ? base.get(other, unused, tensor.shape()) : tensor;
        }

        @Override
        public boolean has(String key) {
            return base.has(key) || !fresh && source.has(PREFIX + key);
        }
    }

    /** The targets of a new adapter that no layer was named after, once a model was built with it. */
    public List<String> missedTargets() {
        return config.targetModules().stream()
                .filter(target -> parameters.keySet().stream().noneMatch(key -> key.endsWith("." + target + A)))
                .toList();
    }

    private static String layer(String key) {
        return key.endsWith(WEIGHT)
                ? key.substring(0, key.length() - WEIGHT.length())
                : key.endsWith(BIAS) ? key.substring(0, key.length() - BIAS.length()) : key;
    }

    /** A tensor that is trained whole, from here where it is, else from the base model. */
    private Tensor trained(String key, WeightSource base, String baseKey, Init init, long... shape) {
        String layer = layer(key);
        boolean adapted = adapts(layer);
        boolean bias = key.endsWith(BIAS)
                && (config.bias() == LoraConfig.Bias.ALL || config.bias() == LoraConfig.Bias.ADAPTED && adapted);
        if (!bias && !config.saves(layer)) {
            return base.get(baseKey, init, shape);
        }
        String own = PREFIX + (bias && adapted ? layer + ".base_layer" + BIAS : key);
        return parameters.computeIfAbsent(
                own,
                name -> !fresh && source.has(name) ? source.get(name, init, shape) : base.get(baseKey, init, shape));
    }

    private boolean adapts(String layer) {
        return fresh ? config.adapts(layer) : source.has(PREFIX + layer + A);
    }

    private @Nullable LowRank lowRank(String layer, long in, long out) {
        if (!adapts(layer)) {
            return null;
        }
        String own = PREFIX + layer;
        int rank = config.rank(layer);
        Tensor down = parameters.computeIfAbsent(own + A, key -> source.get(key, Init.uniform(in), rank, in));
        Tensor up = parameters.computeIfAbsent(own + B, key -> source.get(key, Init.zeros(), out, rank));
        Tensor magnitude = config.decomposed()
                ? parameters.computeIfAbsent(own + MAGNITUDE, key -> source.get(key, Init.ones(), out))
                : null;
        return new LowRank(down, up, config.scale(layer), magnitude);
    }

    /** A weight with what the adapter adds to its layer; of the adapter's own tensors nothing is left behind. */
    private Tensor merged(String layer, Tensor weight) {
        try (Scope scope = weight.engine().scope()) {
            LowRank table = lowRankTable(layer, weight.size(0), weight.size(1));
            LowRank adapter = lowRank(layer, weight.size(1), weight.size(0));
            parameters.keySet().removeIf(key -> key.startsWith(PREFIX + layer + LOW_RANK));
            if (table != null) {
                return scope.keep(table.mergedIntoTable(weight.to(DType.FLOAT32)));
            }
            return adapter == null ? weight : scope.keep(adapter.mergedInto(weight.to(DType.FLOAT32)));
        }
    }

    private @Nullable LowRank lowRankTable(String layer, long rows, long width) {
        String a = PREFIX + layer + TABLE_A;
        String b = PREFIX + layer + TABLE_B;
        if (fresh || !source.has(a)) {
            return null;
        }
        if (config.decomposed()) {
            throw new WeightException(CONFIG + ": use_dora is true and " + layer
                    + " is a table of vectors; only linear layers are decomposed");
        }
        int rank = config.rank(layer);
        Tensor down = parameters.computeIfAbsent(a, key -> source.get(key, Init.zeros(), rank, rows));
        Tensor up = parameters.computeIfAbsent(b, key -> source.get(key, Init.zeros(), width, rank));
        return new LowRank(down, up, config.scale(layer), null);
    }

    /**
     * Writes the adapter so that PEFT reads it, both files under hidden names that are renamed.
     *
     * @param folder made if it is not there
     * @param tensors by PEFT's keys: {@link #parameters()}, or averages of them
     */
    public void save(Path folder, Map<String, Tensor> tensors) {
        save(folder, tensors, "CAUSAL_LM");
    }

    /**
     * As {@link #save(Path, Map)} for another model than a language model.
     *
     * @param task PEFT's name of what the model is for; null for a model that PEFT has no name for
     */
    public void save(Path folder, Map<String, Tensor> tensors, @Nullable String task) {
        Path hidden = folder.resolve("." + CONFIG + ".tmp");
        try {
            Files.createDirectories(folder);
            SafetensorsWriter.create().metadata(Map.of("format", "pt")).write(folder.resolve(FILE), tensors);
            Files.writeString(hidden, config.write(task).toPrettyString(), StandardCharsets.UTF_8);
            Files.move(
                    hidden,
                    folder.resolve(CONFIG),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the adapter to " + folder + " (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Writes an adapter of LoRA as diffusers does, for {@code load_lora_weights}. The layout knows no α, so B is multiplied with α / rank.
     *
     * @param folder made if it is not there; gets {@code pytorch_lora_weights.safetensors}
     * @param component of the pipeline that it belongs to, such as {@code unet}
     * @param tensors by PEFT's keys: {@link #parameters()}, or averages of them
     */
    public void saveForDiffusers(Path folder, String component, Map<String, Tensor> tensors) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        tensors.forEach((key, tensor) -> {
            String own = key.substring(PREFIX.length());
            named.put(
                    component + "." + own,
                    own.endsWith(B) ? tensor.mul(config.scale(own.substring(0, own.length() - B.length()))) : tensor);
        });
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + folder + " (" + e.getMessage() + ")", e);
        }
        SafetensorsWriter.create().metadata(Map.of("format", "pt")).write(folder.resolve(DIFFUSERS_FILE), named);
    }
}
