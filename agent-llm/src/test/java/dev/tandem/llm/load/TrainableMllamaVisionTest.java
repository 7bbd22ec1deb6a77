package dev.tandem.llm.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.layer.Activation;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.llm.model.MllamaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainableMllamaVisionTest {

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    private Path folder;

    private static MllamaConfig.Vision config(int tiles, int layouts) {
        return new MllamaConfig.Vision(
                24, 8, 3, tiles, layouts, 16, 32, 2, 1, 2, Activation.named("gelu"), 1e-5, List.of(0));
    }

    private TrainableMllamaVision fresh(MllamaConfig.Vision config) {
        return TrainableMllamaVision.fresh(engine, config, new SplittableRandom(3));
    }

    @Test
    void anEncoderSeesTheSameAfterItWasWrittenAndRead() throws IOException {
        try (TrainableMllamaVision encoder = fresh(config(1, 1));
                Scope scope = engine.scope()) {
            Tensor pixels = engine.randn(new SplittableRandom(4), 2, 3, 24, 24);
            encoder.save(folder, SafetensorsWriter.create(), Map.of());
            Tensor seen = encoder.model().look(pixels);
            assertArrayEquals(new long[] {2, 10, 32}, seen.shape());
            assertEquals(encoder.model().config(), TrainableMllamaVision.config(folder.resolve("config.json")));
            try (TrainableMllamaVision again = TrainableMllamaVision.load(engine, folder)) {
                assertEquals(encoder.parameters().keySet(), again.parameters().keySet());
                assertArrayEquals(
                        seen.toFloatArray(), again.model().look(pixels).toFloatArray());
            }
            try (var files = Files.list(folder)) {
                assertEquals(2, files.count());
            }
        }
    }

    @Test
    void matricesMayHaveEightBitsAndOtherWeightsTakeTheirPlace() {
        try (TrainableMllamaVision encoder = fresh(config(1, 1));
                Scope scope = engine.scope()) {
            String key = "vision_model.class_embedding";
            SafetensorsWriter writer =
                    SafetensorsWriter.create().floatsAs(DType.FLOAT16).matricesAs(DType.FLOAT8_E4M3FN);
            encoder.save(folder, writer, Map.of(key, engine.full(7, 16)));
            Safetensors file = Safetensors.open(folder.resolve("model.safetensors"));
            assertEquals(DType.FLOAT8_E4M3FN, file.dtype("vision_model.patch_embedding.weight"));
            assertEquals(DType.FLOAT16, file.dtype(key));
            try (TrainableMllamaVision again = TrainableMllamaVision.load(engine, folder)) {
                assertEquals(7, again.parameters().get(key).toFloatArray()[3]);
                again.parameters().forEach((name, tensor) -> {
                    float[] expected = encoder.parameters().get(name).toFloatArray();
                    float[] actual = tensor.toFloatArray();
                    for (int i = 0; i < expected.length && !name.equals(key); i++) {
                        assertEquals(expected[i], actual[i], Math.abs(expected[i]) / 16 + 0x1p-10, name);
                    }
                });
            }
        }
    }

    @Test
    void oneTileTrainsAllTensorsButThoseOfLayouts() {
        try (TrainableMllamaVision encoder = fresh(config(1, 1));
                Scope scope = engine.scope()) {
            Map<String, Tensor> trained = encoder.trainedWithOneTile();
            trained.values().forEach(tensor -> tensor.requiresGrad(true));
            Tensor pixels = engine.randn(new SplittableRandom(4), 2, 3, 24, 24);
            try (GradientTape tape = engine.gradientTape()) {
                tape.backward(encoder.model().look(pixels).square().mean());
            }
            trained.forEach((key, tensor) -> {
                float[] gradient = tensor.grad().toFloatArray();
                assertTrue(anyButZero(gradient), key);
                tensor.requiresGrad(false);
            });
            assertEquals(6, encoder.parameters().size() - trained.size());
            assertFalse(trained.containsKey("vision_model.gated_positional_embedding.gate"));
        }
    }

    private static boolean anyButZero(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[0] != 0 || sorted[sorted.length - 1] != 0;
    }

    @Test
    void layoutsOfTilesAreWrittenAsTheReferenceCountsThem() throws IOException {
        MllamaConfig.Vision four = config(4, 8);
        assertEquals(
                "[[1,1],[1,2],[1,3],[1,4],[2,1],[2,2],[3,1],[4,1]]",
                MllamaVisionFile.write(four).get("supported_aspect_ratios").toString());
        assertEquals(four, MllamaVisionFile.parse(MllamaVisionFile.write(four)));
        assertThrows(IllegalArgumentException.class, () -> MllamaVisionFile.write(config(4, 3)));
        Path file = Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"clip_vision_model\"}");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TrainableMllamaVision.config(file));
        assertTrue(e.getMessage().contains("clip_vision_model"), e.getMessage());
    }
}
