package dev.tandem.core.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares with a file that torch 2.7.1 wrote; {@code samples/reference/make_float8.py} made it. */
class Float8Test {

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    private Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = engine.scope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Safetensors torch() throws IOException {
        Path file = folder.resolve("torch.safetensors");
        try (InputStream resource = Float8Test.class.getResourceAsStream("float8.safetensors")) {
            Files.write(file, Objects.requireNonNull(resource).readAllBytes());
        }
        return Safetensors.open(file);
    }

    @Test
    void everyCodeHasTheValueThatTorchGivesIt() throws IOException {
        Safetensors torch = torch();
        assertEquals(DType.FLOAT8_E4M3FN, torch.dtype("e4m3"));
        assertEquals(DType.FLOAT8_E5M2, torch.dtype("e5m2"));
        for (String name : List.of("e4m3", "e5m2")) {
            float[] expected = torch.read(engine, name + ".values").toFloatArray();
            assertEquals(256, expected.length);
            Tensor read = torch.read(engine, name);
            assertEquals(DType.FLOAT32, read.dtype());
            assertArrayEquals(expected, read.toFloatArray(), name);
            assertArrayEquals(expected, torch.read(engine, name, DType.FLOAT16).toFloatArray(), name + " fits float16");
        }
    }

    @Test
    void valuesAreRoundedAsTorchRounds() throws IOException {
        Safetensors torch = torch();
        float[] values = torch.read(engine, "x").toFloatArray();
        float[] expected = torch.read(engine, "rounded").toFloatArray();
        byte[] codes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            codes[i] = Float8.e4m3(values[i]);
        }
        float[] rounded = new float[values.length];
        Float8.widenE4m3(codes, rounded, rounded.length);
        for (int i = 0; i < values.length; i++) {
            assertEquals(expected[i], rounded[i], "of " + values[i]);
        }
    }

    @Test
    void matricesAreStoredInEightBitsAndVectorsInSixteen() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("text.weight", engine.full(1.03, 2, 3));
        tensors.put("vision.weight", engine.full(1.03, 2, 3));
        tensors.put("vision.kernel", engine.full(-0.3, 2, 3, 2, 2));
        tensors.put("vision.bias", engine.full(1.03, 3));
        tensors.put("vision.ids", engine.tensor(new long[] {300, 5, 6, 7}, 2, 2));
        Path file = folder.resolve("m.safetensors");
        SafetensorsWriter.create()
                .floatsAs(DType.FLOAT16)
                .matricesAs(DType.FLOAT8_E4M3FN, key -> key.startsWith("vision."))
                .write(file, tensors);
        Safetensors read = Safetensors.open(file);
        assertEquals(DType.FLOAT16, read.dtype("text.weight"));
        assertEquals(DType.FLOAT8_E4M3FN, read.dtype("vision.weight"));
        assertEquals(DType.FLOAT8_E4M3FN, read.dtype("vision.kernel"));
        assertEquals(DType.FLOAT16, read.dtype("vision.bias"));
        assertEquals(DType.INT64, read.dtype("vision.ids"));
        FileWeights weights = FileWeights.open(engine, file);
        assertArrayEquals(
                new float[] {1, 1, 1, 1, 1, 1},
                weights.get("vision.weight", Init.zeros(), 2, 3).toFloatArray());
        assertEquals(
                -0.3125f, weights.get("vision.kernel", Init.zeros(), 2, 3, 2, 2).toFloatArray()[5]);
        assertEquals(engine.packs(), weights.packing().packs("vision.weight"));
        assertFalse(weights.packing().packs("vision.ids"));
    }

    @Test
    void readsMoreThanIsWidenedAtATime() {
        float[] values = new float[100_003];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 17 - 8;
        }
        Path file = folder.resolve("m.safetensors");
        Tensor tensor = engine.tensor(values, 1, values.length);
        SafetensorsWriter.create().matricesAs(DType.FLOAT8_E4M3FN).write(file, Map.of("x", tensor));
        assertArrayEquals(values, Safetensors.open(file).read(engine, "x").toFloatArray());
    }

    @Test
    void whatIsTooLargeIsRefusedAndNothingIsLeft() throws IOException {
        SafetensorsWriter writer = SafetensorsWriter.create().matricesAs(DType.FLOAT8_E4M3FN);
        Path file = folder.resolve("m.safetensors");
        for (float large : new float[] {464.1f, -1e9f, Float.POSITIVE_INFINITY}) {
            Map<String, Tensor> tensors = Map.of("far", engine.tensor(new float[] {1, large}, 1, 2));
            WeightException e = assertThrows(WeightException.class, () -> writer.write(file, tensors));
            assertTrue(e.getMessage().contains("far holds " + large), e.getMessage());
        }
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
        writer.write(file, Map.of("x", engine.tensor(new float[] {464, Float.NaN}, 1, 2)));
        assertArrayEquals(
                new float[] {448, Float.NaN},
                Safetensors.open(file).read(engine, "x").toFloatArray());
    }

    @Test
    void matricesWithAFactorBesideThemAreRefused() {
        Path file = folder.resolve("m.safetensors");
        for (String scale : List.of("_scale", "_scale_inv")) {
            Map<String, Tensor> tensors =
                    Map.of("x.weight", engine.full(1, 2, 2), "x.weight" + scale, engine.full(3, 1));
            SafetensorsWriter.create().matricesAs(DType.FLOAT8_E4M3FN).write(file, tensors);
            FileWeights weights = FileWeights.open(engine, file);
            WeightException e = assertThrows(WeightException.class, () -> weights.get("x.weight", Init.zeros(), 2, 2));
            assertTrue(e.getMessage().contains("factor in x.weight" + scale), e.getMessage());
        }
    }

    @Test
    void onlyMatricesAreStoredInEightBits() {
        SafetensorsWriter writer = SafetensorsWriter.create();
        assertThrows(IllegalArgumentException.class, () -> writer.floatsAs(DType.FLOAT8_E4M3FN));
        assertThrows(IllegalArgumentException.class, () -> writer.matricesAs(DType.FLOAT8_E5M2));
        assertThrows(IllegalArgumentException.class, () -> writer.matricesAs(DType.INT8));
    }
}
