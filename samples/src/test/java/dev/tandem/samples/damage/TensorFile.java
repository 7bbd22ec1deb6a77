package dev.tandem.samples.damage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A safetensors file that a test takes apart and writes again, right or wrong. */
final class TensorFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One tensor. */
    record Entry(String dtype, List<Long> shape, byte[] values) {}

    final Map<String, Entry> tensors = new LinkedHashMap<>();

    static TensorFile read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        JsonNode header = JSON.readTree(bytes.array(), 8, length);
        TensorFile result = new TensorFile();
        header.properties().forEach(field -> {
            if (!field.getKey().equals("__metadata__")) {
                JsonNode entry = field.getValue();
                List<Long> shape = Arrays.stream(JSON.convertValue(entry.path("shape"), long[].class))
                        .boxed()
                        .toList();
                int start = 8 + length + entry.path("data_offsets").path(0).asInt();
                int end = 8 + length + entry.path("data_offsets").path(1).asInt();
                result.tensors.put(
                        field.getKey(),
                        new Entry(entry.path("dtype").asText(), shape, Arrays.copyOfRange(bytes.array(), start, end)));
            }
        });
        return result;
    }

    void write(Path file) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Map.Entry<String, Entry> each : tensors.entrySet()) {
            ObjectNode entry = header.putObject(each.getKey());
            entry.put("dtype", each.getValue().dtype());
            entry.set("shape", JSON.valueToTree(each.getValue().shape()));
            entry.putArray("data_offsets")
                    .add(data.size())
                    .add(data.size() + each.getValue().values().length);
            data.writeBytes(each.getValue().values());
        }
        write(file, header.toString(), data.toByteArray());
    }

    static void write(Path file, String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, bytes.putLong(json.length).put(json).put(data).array());
    }
}
