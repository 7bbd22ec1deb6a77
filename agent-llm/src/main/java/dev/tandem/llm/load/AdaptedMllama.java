package dev.tandem.llm.load;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.LoraConfig;
import dev.tandem.core.weights.LowRank;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.model.SeenPictures;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A Llama-Vision whose own weights stay as they are, with a new LoRA adapter (Hu et al. 2022) beside those of its decoder that is trained. The
 * picture's encoder has none, though its layers have the same names.
 *
 * @param eyes the model with its image processor; owns the tensors, the adapter's too
 * @param adapter what is trained
 */
public record AdaptedMllama(SeenPictures eyes, LoraAdapter adapter) implements AutoCloseable {

    /**
     * The model of a folder, in float32, with an adapter that changes nothing yet.
     *
     * @param config which layers are adapted, and which are trained whole
     * @throws dev.tandem.core.weights.WeightException if a file is missing, damaged or does not fit
     * @throws IllegalArgumentException if a target of the adapter names no layer of the decoder
     */
    public static AdaptedMllama load(TensorEngine engine, Path folder, LoraConfig config, RandomGenerator random) {
        if (LoraAdapter.isIn(folder)) {
            throw new IllegalArgumentException(
                    folder
                            + " holds adapter_config.json, an adapter already; merge it into the weights before another is trained");
        }
        LoraAdapter adapter = LoraAdapter.fresh(engine, config, random);
        WeightSource plain = ModelFolder.of(folder).weights(engine);
        WeightSource adapted = adapter.on(plain);
        Mllama model = MllamaLoader.buildWhole(engine, MllamaLoader.config(folder), new WeightSource() {
            private WeightSource of(String key) {
                return key.startsWith(TrainableMllama.VISION) ? plain : adapted;
            }

            @Override
            public Tensor get(String key, Init init, long... shape) {
                return of(key).get(key, init, shape);
            }

            @Override
            public boolean has(String key) {
                return plain.has(key);
            }

            @Override
            public @Nullable LowRank adapter(String key, long in, long out) {
                return of(key).adapter(key, in, out);
            }

            @Override
            public @Nullable LowRank tableAdapter(String key, long rows, long width) {
                return of(key).tableAdapter(key, rows, width);
            }

            @Override
            public Tensor shared(String key, String other, Tensor tensor) {
                return of(key).shared(key, other, tensor);
            }
        });
        try (LlmTokenizer tokenizer = LlmTokenizer.load(folder)) {
            if (!adapter.missedTargets().isEmpty()) {
                throw new IllegalArgumentException("no linear layer of " + folder + " is named '"
                        + adapter.missedTargets().get(0) + "'; correct target_modules");
            }
            return new AdaptedMllama(MllamaLoader.eyes(model, tokenizer, folder), adapter);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public void close() {
        eyes.model().close();
    }
}
