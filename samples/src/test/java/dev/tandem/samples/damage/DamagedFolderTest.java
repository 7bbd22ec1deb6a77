package dev.tandem.samples.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.samples.fuzz.DamagedInput;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A damaged folder of every kind of model is refused in one line that names the file and the tensor or field, and leaves no tensor behind.
 */
class DamagedFolderTest {

    private static final String WEIGHTS = "model.safetensors";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    Path temporary;

    private Path folder;
    private Path part;
    private Path weights;
    private Path config;

    @BeforeEach
    void nothing() {
        folder = temporary.resolve("model");
    }

    private void sound(ModelKind kind) throws IOException {
        Path source = parity(kind.parityCase).resolve("model");
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = folder.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(file));
                }
            }
        }
        part = kind.component.isEmpty() ? folder : folder.resolve(kind.component);
        Path diffusers = part.resolve("diffusion_pytorch_model.safetensors");
        weights = Files.exists(diffusers) ? diffusers : part.resolve(WEIGHTS);
        config = part.resolve("config.json");
    }

    static Path parity(String name) {
        try {
            return Path.of(Objects.requireNonNull(DamagedFolderTest.class.getResource("/parity/" + name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Loading fails with these words; returns the message. */
    private String refused(ModelKind kind, String... words) {
        String message = refusal(kind);
        assertTrue(message != null, kind + " was loaded in spite of its damage");
        for (String word : words) {
            assertTrue(message.contains(word), message + " (expected: " + word + ")");
        }
        return message;
    }

    /** The one line with which loading fails, or null if it does not. */
    private String refusal(ModelKind kind) {
        String[] message = new String[1];
        try (Scope outer = engine.scope()) {
            DamagedInput.accepted(() -> {
                try {
                    kind.load(engine, folder).close();
                } catch (WeightException | IllegalArgumentException e) {
                    message[0] = e.getMessage();
                    throw e;
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals(0, outer.size(), "no tensor is left in the caller's scope");
            engine.zeros(dev.tandem.core.tensor.DType.FLOAT32, 1);
            assertEquals(1, outer.size(), "the caller's scope is current again");
        }
        return message[0];
    }

    @ParameterizedTest
    @EnumSource
    void soundFoldersLoad(ModelKind kind) throws IOException {
        sound(kind);
        String message = refusal(kind);
        assertTrue(message == null, message);
    }

    @ParameterizedTest
    @EnumSource
    void filesOfWeights(ModelKind kind) throws IOException {
        sound(kind);
        byte[] good = Files.readAllBytes(weights);
        String name = weights.toString();
        Files.write(weights, Arrays.copyOf(good, good.length - 10));
        refused(kind, name, "damaged");
        Files.write(weights, Arrays.copyOf(good, 60));
        refused(kind, name, "damaged");
        Files.write(weights, new byte[0]);
        refused(kind, name, "damaged", "0 bytes");
        Files.write(weights, "<!DOCTYPE html><title>404</title>".getBytes(StandardCharsets.UTF_8));
        refused(kind, name, "no safetensors file");
        Files.delete(weights);
        refused(kind, "there are no weights in " + part);
        Files.createDirectory(weights);
        refused(kind, name, "folder");
        Files.delete(weights);
        Files.createSymbolicLink(weights, weights);
        refused(kind, name, "link");
        Files.delete(weights);
        Files.write(weights.resolveSibling("pytorch_model.bin"), good);
        refused(kind, "pytorch_model.bin", "pickle");
    }

    @ParameterizedTest
    @EnumSource
    void tensorsThatDoNotFit(ModelKind kind) throws IOException {
        sound(kind);
        TensorFile good = TensorFile.read(weights);
        List<String> keys = new ArrayList<>(good.tensors.keySet());
        int refusals = 0;
        for (String key : List.of(keys.get(0), keys.get(keys.size() / 2), keys.get(keys.size() - 1))) {
            TensorFile.Entry entry = good.tensors.get(key);
            refusals += damaged(kind, good, key, null);
            List<Long> deeper = new ArrayList<>(entry.shape());
            deeper.add(1L);
            refusals += damaged(kind, good, key, new TensorFile.Entry(entry.dtype(), deeper, entry.values()));
            int count = (int) entry.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
            for (String dtype : List.of("F8_E4M3", "I8", "BOOL", "F64", "F4", "I32")) {
                int bytes = dtype.equals("F64") ? 8 : dtype.equals("I32") ? 4 : 1;
                refusals +=
                        damaged(kind, good, key, new TensorFile.Entry(dtype, entry.shape(), new byte[count * bytes]));
            }
        }
        assertTrue(refusals >= 16, "most tensors are needed: " + refusals);
    }

    /** 1 if loading is refused, then with the tensor's name; 0 if the model does without it. */
    private int damaged(ModelKind kind, TensorFile good, String key, TensorFile.Entry entry) throws IOException {
        Map<String, TensorFile.Entry> saved = new LinkedHashMap<>(good.tensors);
        if (entry == null) {
            good.tensors.remove(key);
        } else {
            good.tensors.put(key, entry);
        }
        good.write(weights);
        good.tensors.clear();
        good.tensors.putAll(saved);
        String message = refusal(kind);
        if (message == null) {
            return 0;
        }
        boolean named = message.contains(key) || entry == null && message.contains("has no tensor");
        assertTrue(message.contains(weights.toString()) && named, message + " (expected: " + key + ")");
        return 1;
    }

    @ParameterizedTest
    @EnumSource
    void configurations(ModelKind kind) throws IOException {
        sound(kind);
        String name = config.toString();
        ObjectNode good = (ObjectNode) JSON.readTree(config.toFile());
        for (String text :
                List.of("", " ", "{", "null", "7", "\"text\"", good + "}", "[" + good + "]", "{\"a\":1} {}")) {
            Files.writeString(config, text);
            refused(kind, name);
        }
        Files.writeString(config, "[".repeat(100_000));
        refused(kind, name);
        Files.writeString(config, "{\"a\":".repeat(100_000));
        refused(kind, name);
        Files.writeString(config, "{\"a\":\"" + "x".repeat(3 << 20) + "\"}");
        refused(kind, name);
        Files.write(config, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        refused(kind, name);
        for (String type : List.of("model_type", "_class_name")) {
            if (good.has(type)) {
                Files.writeString(config, good.deepCopy().put(type, "mamba").toString());
                refused(kind, name, "mamba");
            }
        }
        Files.delete(config);
        refused(kind, name);
        Files.createDirectory(config);
        refused(kind, name);
    }

    /** Each number of a configuration in turn is made impossible: the folder is refused, or the number does not matter for loading. */
    @ParameterizedTest
    @EnumSource
    void impossibleNumbers(ModelKind kind) throws IOException {
        sound(kind);
        ObjectNode good = (ObjectNode) JSON.readTree(config.toFile());
        List<JsonNode> wrong = List.of(
                JSON.getNodeFactory().numberNode(0),
                JSON.getNodeFactory().numberNode(-3),
                JSON.getNodeFactory().numberNode(Integer.MAX_VALUE),
                JSON.getNodeFactory().numberNode(1_000_000_000_000L),
                JSON.getNodeFactory().textNode("many\n"));
        int refusals = 0;
        for (String pointer : numbers(good, "")) {
            for (JsonNode value : wrong) {
                ObjectNode damaged = good.deepCopy();
                int slash = pointer.lastIndexOf('/');
                ContainerNode<?> parent = (ContainerNode<?>) damaged.at(pointer.substring(0, slash));
                if (parent instanceof ObjectNode object) {
                    object.set(pointer.substring(slash + 1), value);
                } else {
                    ((ArrayNode) parent).set(Integer.parseInt(pointer.substring(slash + 1)), value);
                }
                Files.writeString(config, damaged.toString());
                String message;
                try {
                    message = refusal(kind);
                } catch (RuntimeException | Error e) {
                    message = fail(pointer + " = " + value, e);
                }
                if (message != null) {
                    refusals++;
                    assertTrue(message.contains(part.toString()), pointer + " = " + value + ": " + message);
                }
            }
        }
        assertTrue(refusals > 20, "sizes matter: " + refusals);
    }

    private static List<String> numbers(JsonNode node, String pointer) {
        List<String> found = new ArrayList<>();
        if (node.isNumber()) {
            found.add(pointer);
        }
        if (node.isObject()) {
            node.properties().forEach(each -> found.addAll(numbers(each.getValue(), pointer + "/" + each.getKey())));
        }
        for (int i = 0; node.isArray() && i < Math.min(3, node.size()); i++) {
            found.addAll(numbers(node.get(i), pointer + "/" + i));
        }
        return found;
    }
}
