package dev.tandem.core.weights;

import dev.tandem.core.tensor.DType;
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
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final String CONFIG = "adapter_config.json";
    private static final String FILE = "adapter_model.safetensors";

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

    /** A new adapter that changes nothing yet: A is drawn, B is zero. */
    public static LoraAdapter fresh(TensorEngine engine, LoraConfig config, RandomGenerator random) {
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
        return new WeightSource() {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                Tensor whole = whole(key, base, init, shape);
                return whole == null ? base.get(key, init, shape) : whole;
            }

            @Override
            public @Nullable LowRank adapter(String key, long in, long out) {
                return lowRank(key, in, out);
            }

            @Override
            public boolean has(String key) {
                return base.has(key) || !fresh && source.has(PREFIX + key);
            }
        };
    }

    /** A model's weights with the adapter added to them; nothing is left to be trained apart. */
    public WeightSource mergedInto(WeightSource base) {
        return new WeightSource() {
            @Override
            public Tensor get(String key, Init init, long... shape) {
                Tensor whole = whole(key, base, init, shape);
                Tensor weight = whole == null ? base.get(key, init, shape) : whole;
                if (shape.length != 2 || !key.endsWith(WEIGHT)) {
                    return weight;
                }
                LowRank adapter = lowRank(key.substring(0, key.length() - WEIGHT.length()), shape[1], shape[0]);
                return adapter == null ? weight : weight.to(DType.FLOAT32).add(adapter.delta());
            }

            @Override
            public boolean has(String key) {
                return base.has(key) || !fresh && source.has(PREFIX + key);
            }
        };
    }

    private @Nullable Tensor whole(String key, WeightSource base, Init init, long... shape) {
        String layer = key.endsWith(WEIGHT)
                ? key.substring(0, key.length() - WEIGHT.length())
                : key.endsWith(BIAS) ? key.substring(0, key.length() - BIAS.length()) : key;
        if (!config.saves(layer)) {
            return null;
        }
        String own = PREFIX + key;
        return parameters.computeIfAbsent(
                own, fullKey -> fresh ? base.get(key, init, shape) : source.get(fullKey, init, shape));
    }

    private @Nullable LowRank lowRank(String layer, long in, long out) {
        String a = PREFIX + layer + A;
        String b = PREFIX + layer + B;
        if (fresh ? !config.adapts(layer) : !source.has(a)) {
            return null;
        }
        int rank = config.rank(layer);
        Tensor down = parameters.computeIfAbsent(a, key -> source.get(key, Init.uniform(in), rank, in));
        Tensor up = parameters.computeIfAbsent(b, key -> source.get(key, Init.zeros(), out, rank));
        return new LowRank(down, up, config.scale(layer));
    }

    /**
     * Writes the adapter so that PEFT reads it, both files under hidden names that are renamed.
     *
     * @param folder made if it is not there
     * @param tensors by PEFT's keys: {@link #parameters()}, or averages of them
     */
    public void save(Path folder, Map<String, Tensor> tensors) {
        Path hidden = folder.resolve("." + CONFIG + ".tmp");
        try {
            Files.createDirectories(folder);
            SafetensorsWriter.create().metadata(Map.of("format", "pt")).write(folder.resolve(FILE), tensors);
            Files.writeString(hidden, config.write().toPrettyString(), StandardCharsets.UTF_8);
            Files.move(
                    hidden,
                    folder.resolve(CONFIG),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the adapter to " + folder + " (" + e.getMessage() + ")", e);
        }
    }
}
