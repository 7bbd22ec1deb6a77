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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = engine.scope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void givesBackWhatWasWritten() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("z.first", engine.tensor(new float[] {1.5f, -2, Float.MIN_VALUE, 3e38f, 0, -0f}, 2, 3));
        tensors.put("a.longs", engine.tensor(new long[] {Long.MIN_VALUE, 7}, 2));
        tensors.put("half", engine.tensor(new float[] {1, 65504, 6e-8f}, 3).to(DType.FLOAT16));
        tensors.put("int", engine.tensor(new long[] {-5, 1 << 30}, 2).to(DType.INT32));
        tensors.put("byte", engine.tensor(new long[] {-128, 127}, 2).to(DType.INT8));
        tensors.put("unsigned", engine.tensor(new long[] {0, 255}, 2).to(DType.UINT8));
        tensors.put("yes", engine.tensor(new long[] {1, 0, 1}, 3).to(DType.BOOL));
        tensors.put("scalar", engine.tensor(new float[] {42}));
        tensors.put("none", engine.zeros(DType.FLOAT32, 0, 4));
        Path file = folder.resolve("all.safetensors");
        SafetensorsWriter.create().metadata(Map.of("about", "größe \u0001 ☃")).write(file, tensors);

        Safetensors read = Safetensors.open(file);
        assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.keys()), "keys stay in their order");
        assertEquals("größe \u0001 ☃", read.metadata().get("about"));
        tensors.forEach((key, expected) -> {
            Tensor actual = read.read(engine, key);
            assertEquals(expected.dtype(), actual.dtype(), key);
            assertArrayEquals(expected.shape(), actual.shape(), key);
            if (expected.dtype().isFloating()) {
                assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), key);
            } else {
                assertArrayEquals(expected.toLongArray(), actual.toLongArray(), key);
            }
        });
    }

    @Test
    void headerIsAlignedAndTheOldFileStaysUntilTheNewOneIsWhole() throws IOException {
        Path file = folder.resolve("m.safetensors");
        for (int i = 1; i < 12; i++) {
            SafetensorsWriter.create().write(file, Map.of("k".repeat(i), engine.tensor(new float[] {i}, 1)));
            long length = ByteBuffer.wrap(Files.readAllBytes(file))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            assertEquals(0, length % 8);
        }
        Tensor closed = engine.zeros(DType.FLOAT32, 3);
        closed.close();
        assertThrows(
                IllegalStateException.class, () -> SafetensorsWriter.create().write(file, Map.of("gone", closed)));
        assertTrue(Safetensors.open(file).has("k".repeat(11)));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList(), "nothing half-written is left");
        }
    }

    @Test
    void aFolderThatDoesNotExistIsOneSentence() {
        Path file = folder.resolve("no/such/m.safetensors");
        WeightException e = assertThrows(
                WeightException.class, () -> SafetensorsWriter.create().write(file, Map.of()));
        assertTrue(e.getMessage().contains("cannot write " + file), e.getMessage());
    }

    @Test
    void sixteenBitsAreRoundedAsTorchRounds() {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[200_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2 == 0
                    ? Float.intBitsToFloat(random.nextInt())
                    : (float) random.nextDouble(-3, 3) * (float) Math.pow(2, random.nextInt(-26, 18));
        }
        float[] edges = {
            0,
            -0f,
            65504,
            65519.996f,
            65520,
            65536,
            1e9f,
            -1e9f,
            Float.POSITIVE_INFINITY,
            Float.NaN,
            5.9604645e-8f,
            2.9802322e-8f,
            2.9802326e-8f,
            6.1035156e-5f,
            6.1005353e-5f,
            6.1020255e-5f,
            3.4028235e38f,
            1.00048828125f,
            1.00146484375f
        };
        System.arraycopy(edges, 0, values, 0, edges.length);
        Tensor tensor = engine.tensor(values, values.length);
        Path file = folder.resolve("half.safetensors");
        SafetensorsWriter.create().floatsAs(DType.FLOAT16).write(file, Map.of("x", tensor));
        assertEquals(DType.FLOAT16, Safetensors.open(file).dtype("x"));
        assertArrayEquals(
                tensor.to(DType.FLOAT16).toFloatArray(),
                Safetensors.open(file).read(engine, "x").toFloatArray());
    }

    @Test
    void bfloat16IsRoundedToTheNearestAndReadAsFloat() throws IOException {
        float[] values = {
            1, -2.5f, 1.00390625f, 1.01171875f, 1.0039064f, 3.4028235e38f, Float.NEGATIVE_INFINITY, Float.NaN, 1e-40f
        };
        // 1 + 2^-8 is a tie and goes down to the even 1, 1 + 3·2^-8 goes up, a hair above the tie goes up
        float[] expected = {
            1,
            -2.5f,
            1,
            1.015625f,
            1.0078125f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            9.18355e-41f
        };
        Path file = folder.resolve("brain.safetensors");
        SafetensorsWriter.create().floatsAs(DType.BFLOAT16).write(file, Map.of("x", engine.tensor(values, 3, 3)));
        Safetensors read = Safetensors.open(file);
        assertEquals(DType.BFLOAT16, read.dtype("x"));
        assertEquals(
                18,
                Files.size(file)
                        - 8
                        - ByteBuffer.wrap(Files.readAllBytes(file))
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong());
        assertEquals(DType.FLOAT32, read.read(engine, "x").dtype());
        assertArrayEquals(expected, read.read(engine, "x").toFloatArray(), 1e-44f);
    }

    @Test
    void convertsTensorsLargerThanAPiece() {
        int size = 17_000_003; // several pieces of every type
        float[] values = new float[size];
        float[] rounded = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i % 2003 - 1001;
            rounded[i] = Float.intBitsToFloat(HalfFloat.bfloat16(values[i]) << 16);
        }
        Tensor tensor = engine.tensor(values, size);
        Path half = folder.resolve("half.safetensors");
        Path brain = folder.resolve("brain.safetensors");
        Path full = folder.resolve("full.safetensors");
        SafetensorsWriter.create().floatsAs(DType.FLOAT16).write(half, Map.of("x", tensor));
        SafetensorsWriter.create().floatsAs(DType.BFLOAT16).write(brain, Map.of("x", tensor));
        SafetensorsWriter.create().write(full, Map.of("x", tensor));
        assertArrayEquals(rounded, Safetensors.open(brain).read(engine, "x").toFloatArray());
        assertArrayEquals(
                values, Safetensors.open(half).read(engine, "x", DType.FLOAT32).toFloatArray());
        assertArrayEquals(values, Safetensors.open(full).read(engine, "x").toFloatArray());
    }

    @Test
    void typesThatAreNotComputedWithAreRefusedWhenTheyAreRead() throws IOException {
        Path file = write("""
                {"double":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"ok":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12);
        Safetensors tensors = Safetensors.open(file);
        assertEquals(0, tensors.read(engine, "ok").item());
        WeightException e = assertThrows(WeightException.class, () -> tensors.read(engine, "double"));
        assertTrue(e.getMessage().contains("F64"), e.getMessage());
    }

    @Test
    void damagedAndForeignFilesAreOneSentence() throws IOException {
        refused("is damaged", Files.write(folder.resolve("empty.safetensors"), new byte[0]));
        refused("is damaged", Files.write(folder.resolve("short.safetensors"), new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{'
        }));
        refused(
                "header length",
                Files.write(folder.resolve("huge.safetensors"), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{'}));
        refused("there is no file", folder.resolve("missing.safetensors"));
        refused("is a folder", Files.createDirectory(folder.resolve("folder.safetensors")));
        refused("is a pickle file", folder.resolve("pytorch_model.bin"));
        refused(
                "is a pickle file",
                Files.write(
                        folder.resolve("zip.safetensors"),
                        "PK\3\4\0\0\10\10 and so on".getBytes(StandardCharsets.ISO_8859_1)));
        Path cut = write("{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]}}", 8);
        refused("bytes 0 to 9 of 8", cut);
    }

    @Test
    void aFileThatShrinksAfterOpeningIsNotRead() throws IOException {
        Path file = write("{\"a\":{\"dtype\":\"U8\",\"shape\":[9],\"data_offsets\":[0,9]}}", 9);
        Safetensors tensors = Safetensors.open(file);
        Files.write(file, new byte[10]);
        WeightException e = assertThrows(WeightException.class, () -> tensors.read(engine, "a"));
        assertTrue(e.getMessage().contains("changed"), e.getMessage());
    }

    private Path write(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        return Files.write(folder.resolve("made.safetensors"), bytes.array());
    }

    private static void refused(String why, Path file) {
        WeightException e = assertThrows(WeightException.class, () -> Safetensors.open(file));
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }
}
