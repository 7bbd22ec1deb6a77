package dev.tandem.core.weights;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.vision.ImageProcessor;
import java.nio.file.Path;

/** Whatever the JSON files beside weights hold, it is refused in one line or read. JAZZER_FUZZ=1 searches for new inputs. */
class ModelJsonFuzzTest {

    private static final String[] LAYERS = {"model.layers.0.self_attn.q_proj", "lm_head", "a.b"};

    @FuzzTest
    void index(byte[] bytes) {
        checkIndex(bytes);
    }

    @FuzzTest
    void adapterConfig(byte[] bytes) {
        checkAdapter(bytes);
    }

    @FuzzTest
    void preprocessorConfig(byte[] bytes) {
        checkPreprocessor(bytes);
    }

    static boolean checkIndex(byte[] bytes) {
        Path file = DamagedInput.file("model.safetensors.index.json", bytes);
        return DamagedInput.accepted(() -> {
            WeightIndex index = WeightIndex.read(file);
            index.fileByKey().values().forEach(name -> {
                if (!index.shard(name).normalize().getParent().equals(file.getParent())) {
                    throw new AssertionError(name + " lies outside of the folder");
                }
            });
        });
    }

    static boolean checkAdapter(byte[] bytes) {
        Path file = DamagedInput.file("adapter_config.json", bytes);
        return DamagedInput.accepted(() -> {
            LoraConfig config = LoraConfig.read(file);
            for (String layer : LAYERS) {
                config.rank(layer);
                config.scale(layer);
                config.adapts(layer);
                config.saves(layer);
            }
        });
    }

    static boolean checkPreprocessor(byte[] bytes) {
        Path file = DamagedInput.file("preprocessor_config.json", bytes);
        return DamagedInput.accepted(() -> ImageProcessor.read(ModelFolder.of(file.getParent())));
    }
}
