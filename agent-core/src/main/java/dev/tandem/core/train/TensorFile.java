package dev.tandem.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Float32 tensors in a safetensors file, written from and read into tensors that exist. */
final class TensorFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MAX_HEADER = 100L << 20;

    private TensorFile() {}

    static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        Map<String, Object> header = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            long end = offset + Shapes.size(entry.getValue().shape()) * Float.BYTES;
            header.put(
                    entry.getKey(),
                    Map.of("dtype", "F32", "shape", entry.getValue().shape(), "data_offsets", new long[] {offset, end
                    }));
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(8 + padded.length).order(ByteOrder.LITTLE_ENDIAN);
            writeAll(out, start.putLong(padded.length).put(padded).flip());
            for (Tensor tensor : tensors.values()) {
                float[] values = tensor.toFloatArray();
                ByteBuffer bytes =
                        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values);
                writeAll(out, bytes);
            }
            out.force(true);
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /**
     * Sets every tensor to the file's values.
     *
     * @throws IllegalArgumentException if the file is damaged, lacks one, or holds another shape
     */
    static void read(Path file, Map<String, Tensor> tensors) {
        try (FileChannel in = FileChannel.open(file)) {
            ByteBuffer all = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size()).order(ByteOrder.LITTLE_ENDIAN);
            long length = in.size() < 8 ? -1 : all.getLong(0);
            if (length < 0 || length > MAX_HEADER || length > in.size() - 8) {
                throw new IllegalArgumentException(file + " is damaged: its header is cut off");
            }
            byte[] json = new byte[(int) length];
            all.get(8, json);
            JsonNode header = JSON.readTree(new String(json, StandardCharsets.UTF_8));
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                set(file, all, 8 + (int) length, header.path(entry.getKey()), entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void set(Path file, ByteBuffer all, int data, JsonNode entry, String key, Tensor tensor) {
        long[] shape = JSON.convertValue(entry.path("shape"), long[].class);
        if (shape == null || !Arrays.equals(shape, tensor.shape())) {
            throw new IllegalArgumentException(file + " holds " + (shape == null ? "no" : Shapes.toString(shape)) + " "
                    + key + ", this run trains " + Shapes.toString(tensor.shape()) + "; it belongs to another model");
        }
        long bytes = Shapes.size(shape) * Float.BYTES;
        long start = data + entry.path("data_offsets").path(0).asLong(-1);
        if (start < data || start + bytes > all.capacity()) {
            throw new IllegalArgumentException(file + " is damaged: it ends before the values of " + key);
        }
        try (Scope scope = tensor.engine().scope()) {
            ByteBuffer values = all.slice((int) start, (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            tensor.set(tensor.engine().tensor(values, DType.FLOAT32, shape));
        }
    }
}
