package dev.tandem.core.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes safetensors files: values in the order of the keys given, each tensor's element type kept or all floating ones stored as
 * another. A file appears under its name when it is whole; until then, and if writing fails, the file that was there stays.
 */
public final class SafetensorsWriter {

    private static final int ALIGNMENT = 8;
    private static final int PIECE_ELEMENTS = 1 << 20;

    private final Map<String, String> metadata;
    private final @Nullable DType floats;
    private final @Nullable Matrices matrices;

    private record Matrices(DType dtype, Predicate<String> keys) {}

    private SafetensorsWriter(Map<String, String> metadata, @Nullable DType floats, @Nullable Matrices matrices) {
        this.metadata = metadata;
        this.floats = floats;
        this.matrices = matrices;
    }

    /** A writer that keeps element types and notes {@code format: pt}, which transformers asks for. */
    public static SafetensorsWriter create() {
        return new SafetensorsWriter(Map.of("format", "pt"), null, null);
    }

    /** The same with these texts as {@code __metadata__}, in this order. */
    public SafetensorsWriter metadata(Map<String, String> texts) {
        return new SafetensorsWriter(new LinkedHashMap<>(texts), floats, matrices);
    }

    /**
     * The same, storing floating tensors as another type, rounded to the nearest value.
     *
     * @param dtype {@code FLOAT32}, {@code FLOAT16} or {@code BFLOAT16}
     */
    public SafetensorsWriter floatsAs(DType dtype) {
        if (!dtype.isFloating() || dtype.bytes() < Short.BYTES) {
            throw new IllegalArgumentException(
                    "floating tensors are stored as FLOAT32, FLOAT16 or BFLOAT16, not as " + dtype);
        }
        return new SafetensorsWriter(metadata, dtype, matrices);
    }

    /** The same, storing all floating tensors with two dimensions or more as another type. */
    public SafetensorsWriter matricesAs(DType dtype) {
        return matricesAs(dtype, key -> true);
    }

    /**
     * The same, storing some floating tensors with two dimensions or more as another type than {@link #floatsAs} says, rounded to the nearest value.
     *
     * @param dtype {@code FLOAT32}, {@code FLOAT16}, {@code BFLOAT16}, or {@code FLOAT8_E4M3FN}: that has 4 significant bits from 2⁻⁶ up to 448 and
     *     loses more of them below; what rounds to more is refused
     * @param keys which tensors
     */
    public SafetensorsWriter matricesAs(DType dtype, Predicate<String> keys) {
        if (!dtype.isFloating() || dtype == DType.FLOAT8_E5M2) {
            throw new IllegalArgumentException(
                    "matrices are stored as FLOAT32, FLOAT16, BFLOAT16 or FLOAT8_E4M3FN, not as " + dtype);
        }
        return new SafetensorsWriter(metadata, floats, new Matrices(dtype, keys));
    }

    /**
     * Writes a file, replacing one of that name.
     *
     * @param tensors by key, in the order of a sequenced map
     * @throws WeightException if it cannot be written, or a value is too large for its type of 8 bits; nothing is left behind then
     */
    public void write(Path file, Map<String, Tensor> tensors) {
        Path folder = file.toAbsolutePath().getParent();
        Path hidden = null;
        try {
            hidden = Files.createTempFile(folder, "." + file.getFileName() + ".", ".tmp");
            try (FileChannel out = FileChannel.open(hidden, StandardOpenOption.WRITE)) {
                writeAll(out, header(tensors));
                for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
                    writeValues(out, each.getKey(), each.getValue());
                }
                out.force(true);
            }
            readableByOthers(hidden);
            Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            hidden = null;
        } catch (IOException e) {
            throw new WeightException(
                    "cannot write " + file + " (" + e + "); check that the folder exists and has room", e);
        } finally {
            delete(hidden);
        }
    }

    private ByteBuffer header(Map<String, Tensor> tensors) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> text : metadata.entrySet()) {
                    json.writeStringField(text.getKey(), text.getValue());
                }
                json.writeEndObject();
            }
            long position = 0;
            for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
                long[] shape = each.getValue().shape();
                DType dtype = stored(each.getKey(), each.getValue());
                long end = position + Math.multiplyExact(Shapes.size(shape), dtype.bytes());
                json.writeObjectFieldStart(each.getKey());
                json.writeStringField("dtype", name(dtype));
                json.writeFieldName("shape");
                json.writeArray(shape, 0, shape.length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {position, end}, 0, 2);
                json.writeEndObject();
                position = end;
            }
            json.writeEndObject();
        }
        byte[] text = bytes.toByteArray();
        byte[] padded = Arrays.copyOf(text, (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        if (padded.length > SafetensorsHeader.MAX_BYTES) {
            throw new IOException("too many tensors for one file");
        }
        return buffer(Long.BYTES + padded.length)
                .putLong(padded.length)
                .put(padded)
                .flip();
    }

    private DType stored(String key, Tensor tensor) {
        if (!tensor.dtype().isFloating()) {
            return tensor.dtype();
        }
        if (matrices != null && tensor.rank() > 1 && matrices.keys().test(key)) {
            return matrices.dtype();
        }
        return floats != null ? floats : tensor.dtype();
    }

    private void writeValues(FileChannel out, String key, Tensor tensor) throws IOException {
        DType dtype = stored(key, tensor);
        if (dtype.isFloating()) {
            float[] values = tensor.toFloatArray();
            for (int start = 0; start < values.length; start += PIECE_ELEMENTS) {
                int end = Math.min(values.length, start + PIECE_ELEMENTS);
                ByteBuffer bytes = buffer((end - start) * dtype.bytes());
                for (int i = start; i < end; i++) {
                    put(bytes, dtype, values[i], key);
                }
                writeAll(out, bytes.flip());
            }
        } else {
            long[] values = tensor.toLongArray();
            for (int start = 0; start < values.length; start += PIECE_ELEMENTS) {
                int end = Math.min(values.length, start + PIECE_ELEMENTS);
                ByteBuffer bytes = buffer((end - start) * dtype.bytes());
                for (int i = start; i < end; i++) {
                    put(bytes, dtype, values[i]);
                }
                writeAll(out, bytes.flip());
            }
        }
    }

    private static void put(ByteBuffer bytes, DType dtype, float value, String key) {
        switch (dtype) {
            case FLOAT32 -> bytes.putFloat(value);
            case FLOAT16 -> bytes.putShort(HalfFloat.float16(value));
            case BFLOAT16 -> bytes.putShort(HalfFloat.bfloat16(value));
            case FLOAT8_E4M3FN -> {
                byte narrow = Float8.e4m3(value);
                if ((narrow & 0x7f) == 0x7f && !Float.isNaN(value)) {
                    throw new WeightException(JsonFile.shortened(key) + " holds " + value
                            + ", F8_E4M3 nothing beyond ±448; store it as FLOAT16");
                }
                bytes.put(narrow);
            }
            default -> throw new IllegalStateException(dtype + " is no floating type");
        }
    }

    private static void put(ByteBuffer bytes, DType dtype, long value) {
        switch (dtype) {
            case INT64 -> bytes.putLong(value);
            case INT32 -> bytes.putInt((int) value);
            case INT8, UINT8, BOOL -> bytes.put((byte) value);
            default -> throw new IllegalStateException(dtype + " is no integer type");
        }
    }

    private static String name(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "F32";
            case FLOAT16 -> "F16";
            case BFLOAT16 -> "BF16";
            case FLOAT8_E4M3FN -> "F8_E4M3";
            case FLOAT8_E5M2 -> "F8_E5M2";
            case INT64 -> "I64";
            case INT32 -> "I32";
            case INT8 -> "I8";
            case UINT8 -> "U8";
            case BOOL -> "BOOL";
        };
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Temporary files come out private; a model is for everyone who may read its folder. */
    private static void readableByOthers(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    private static void delete(@Nullable Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // the reason that it could not be written is being reported
            }
        }
    }
}
