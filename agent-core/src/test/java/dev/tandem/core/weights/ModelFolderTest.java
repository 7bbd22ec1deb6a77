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
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {

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

    private Tensor values(float... values) {
        return engine.tensor(values, values.length);
    }

    private FileWeights weights() {
        return ModelFolder.of(folder).weights(engine);
    }

    @Test
    void readsComponentsAndTheirConfiguration() throws IOException {
        Files.writeString(
                Files.createDirectory(folder.resolve("unet")).resolve("config.json"),
                "{\"width\": 4, \"bound\": Infinity}");
        ModelFolder model = ModelFolder.of(folder);
        assertTrue(model.hasComponent("unet"));
        assertFalse(model.hasComponent("vae"));
        assertEquals(4, model.component("unet").config().path("width").asInt());
        refused("has no component vae", () -> model.component("vae"));
        refused("plain name", () -> model.component("../" + folder.getFileName()));
        refused("plain name", () -> model.json("../config.json"));
        refused("there is no file", model::config);
        refused("there is no model folder", () -> ModelFolder.of(folder.resolve("none")));
    }

    @Test
    void damagedConfigurationIsOneSentence() throws IOException {
        Path config = folder.resolve("config.json");
        for (String text : List.of("", "{", "[1]", "{} {}", "nonsense", "{\"a\":" + "[".repeat(5000))) {
            Files.writeString(config, text);
            refused("is damaged", () -> ModelFolder.of(folder).config());
        }
        Files.write(config, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        refused("not UTF-8", () -> ModelFolder.of(folder).config());
    }

    @Test
    void halvesBecomeFloatsUnlessTypesAreKept() {
        SafetensorsWriter.create()
                .floatsAs(DType.FLOAT16)
                .write(folder.resolve("model.safetensors"), Map.of("norm.weight", values(1, 2, 3)));
        assertEquals(DType.FLOAT32, weights().get("norm.weight", Init.ones(), 3).dtype());
        Tensor kept = weights().keepingTypes().get("norm.weight", Init.ones(), 3);
        assertEquals(DType.FLOAT16, kept.dtype());
        assertArrayEquals(new float[] {1, 2, 3}, kept.toFloatArray());
        assertTrue(weights().at("norm").has("weight"));
    }

    @Test
    void missingKeysAndOtherShapesNameFileKeyAndShapes() {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.create().write(file, Map.of("a", values(1, 2, 3)));
        refused(
                file + " has no tensor b, for which the configuration asks [2, 2]",
                () -> weights().get("b", Init.ones(), 2, 2));
        refused(
                file + " holds a with the shape [3], the configuration asks for [4]",
                () -> weights().get("a", Init.ones(), 4));
    }

    @Test
    void wholeFilesComeBeforeShardsAndHalves() {
        SafetensorsWriter writer = SafetensorsWriter.create();
        writer.write(folder.resolve("diffusion_pytorch_model.fp16.safetensors"), Map.of("half", values(1)));
        assertEquals(Set.of("half"), weights().keys());
        writer.write(folder.resolve("diffusion_pytorch_model.safetensors"), Map.of("whole", values(1)));
        assertEquals(Set.of("whole"), weights().keys());
    }

    @Test
    void shardsAreFoundByTheirIndex() throws IOException {
        SafetensorsWriter.create()
                .write(folder.resolve("model-00001-of-00002.safetensors"), Map.of("a", values(1), "unused", values(9)));
        SafetensorsWriter.create().write(folder.resolve("model-00002-of-00002.safetensors"), Map.of("b", values(2)));
        index("{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}");
        assertEquals(2, weights().get("b", Init.ones(), 1).item());
        index("{\"a\":\"model-00002-of-00002.safetensors\"}");
        refused("has no tensor a, which", this::weights);
        index("{\"a\":\"model-00003-of-00003.safetensors\"}");
        refused("there is no file", this::weights);
        for (String outside : List.of(
                "../model.safetensors",
                "/etc/model.safetensors",
                "..\\\\m.safetensors",
                "sub/m.safetensors",
                "m.bin",
                "")) {
            index("{\"a\":\"" + outside + "\"}");
            refused("not the plain name", this::weights);
        }
        index("{}");
        refused("no weight_map", this::weights);
    }

    private void index(String map) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":12},\"weight_map\":" + map + "}");
    }

    @Test
    void twoFilesWithOneKeyAreRefused() {
        Path first = folder.resolve("one.safetensors");
        Path second = folder.resolve("two.safetensors");
        SafetensorsWriter.create().write(first, Map.of("a", values(1)));
        SafetensorsWriter.create().write(second, Map.of("a", values(1)));
        refused("a lies in " + first + " and in " + second, () -> FileWeights.open(engine, List.of(first, second)));
    }

    @Test
    void picklesAreNotRead() throws IOException {
        refused("there are no weights", this::weights);
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        refused("convert it to safetensors", this::weights);
    }

    @Test
    void aModelInAJarIsUnpackedOnceAndRepaired() throws IOException {
        Path jar = folder.resolve("models.jar");
        Path cache = folder.resolve("cache");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (String name :
                    List.of("models/small/agent.json", "models/small/llm/config.json", "models/other/agent.json")) {
                entries.putNextEntry(new JarEntry(name));
                entries.write(("{\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8));
            }
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            Path first = ClassPathFolder.locate(loader, "models/small", cache);
            assertEquals(
                    "models/small/llm/config.json",
                    ModelFolder.of(first).component("llm").config().path("name").asText());
            Path config = first.resolve("llm/config.json");
            Files.writeString(config, "{\"name\":\"models/small/llm/confiG.json\"}");
            assertEquals(first, ClassPathFolder.locate(loader, "models/small", cache));
            assertTrue(Files.readString(config).contains("config.json"), "a changed file is unpacked again");
            Object time = Files.getLastModifiedTime(config);
            ClassPathFolder.locate(loader, "models/small", cache);
            assertEquals(time, Files.getLastModifiedTime(config), "a whole folder is left alone");
            try (Stream<Path> left = Files.list(cache)) {
                assertEquals(List.of(first), left.toList(), "nothing half-unpacked is left");
            }
            refused("not on the class path", () -> ClassPathFolder.locate(loader, "models/none", cache));
            refused("-Dtandem.cache", () -> ClassPathFolder.locate(loader, "models/other", config));
        }
    }

    @Test
    void entriesOfAJarThatLeadOutOfTheFolderAreRefused() throws IOException {
        Path jar = folder.resolve("evil.jar");
        Path cache = folder.resolve("cache");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (String name : List.of("models/small/agent.json", "models/small/../../../escaped.txt")) {
                entries.putNextEntry(new JarEntry(name));
                entries.write('x');
            }
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            refused("leads out of its folder", () -> ClassPathFolder.locate(loader, "models/small", cache));
        }
        assertFalse(Files.exists(folder.resolve("escaped.txt")));
    }

    private static void refused(String why, Executable call) {
        WeightException e = assertThrows(WeightException.class, call);
        assertTrue(e.getMessage().contains(why), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
