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

    private SafetensorsWriter(Map<String, String> metadata, @Nullable DType floats) {
        this.metadata = metadata;
        this.floats = floats;
    }

    /** A writer that keeps element types and notes {@code format: pt}, which transformers asks for. */
    public static SafetensorsWriter create() {
        return new SafetensorsWriter(Map.of("format", "pt"), null);
    }

    /** The same with these texts as {@code __metadata__}, in this order. */
    public SafetensorsWriter metadata(Map<String, String> texts) {
        return new SafetensorsWriter(new LinkedHashMap<>(texts), floats);
    }

    /**
     * The same, storing floating tensors as another type, rounded to the nearest value.
     *
     * @param dtype {@code FLOAT32}, {@code FLOAT16} or {@code BFLOAT16}
     */
    public SafetensorsWriter floatsAs(DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException(
                    "floating tensors are stored as FLOAT32, FLOAT16 or BFLOAT16, not as " + dtype);
        }
        return new SafetensorsWriter(metadata, dtype);
    }

    /**
     * Writes a file, replacing one of that name.
     *
     * @param tensors by key, in the order of a sequenced map
     * @throws WeightException if it cannot be written; nothing is left behind then
     */
    public void write(Path file, Map<String, Tensor> tensors) {
        Path folder = file.toAbsolutePath().getParent();
        Path hidden = null;
        try {
            hidden = Files.createTempFile(folder, "." + file.getFileName() + ".", ".tmp");
            try (FileChannel out = FileChannel.open(hidden, StandardOpenOption.WRITE)) {
                writeAll(out, header(tensors));
                for (Tensor tensor : tensors.values()) {
                    writeValues(out, tensor);
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
                DType dtype = stored(each.getValue());
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

    private DType stored(Tensor tensor) {
        return floats != null && tensor.dtype().isFloating() ? floats : tensor.dtype();
    }

    private void writeValues(FileChannel out, Tensor tensor) throws IOException {
        DType dtype = stored(tensor);
        if (dtype.isFloating()) {
            float[] values = tensor.toFloatArray();
            for (int start = 0; start < values.length; start += PIECE_ELEMENTS) {
                int end = Math.min(values.length, start + PIECE_ELEMENTS);
                ByteBuffer bytes = buffer((end - start) * dtype.bytes());
                for (int i = start; i < end; i++) {
                    put(bytes, dtype, values[i]);
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

    private static void put(ByteBuffer bytes, DType dtype, float value) {
        switch (dtype) {
            case FLOAT32 -> bytes.putFloat(value);
            case FLOAT16 -> bytes.putShort(HalfFloat.float16(value));
            case BFLOAT16 -> bytes.putShort(HalfFloat.bfloat16(value));
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
