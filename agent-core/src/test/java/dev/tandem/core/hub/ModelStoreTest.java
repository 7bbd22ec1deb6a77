package dev.tandem.core.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.hub.ModelStore.Variant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelStoreTest {

    private static final ModelName NAME = ModelName.parse(FakeHub.MODEL);

    @TempDir
    Path folder;

    private FakeHub server;
    private ModelStore store;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHub();
        store = new ModelStore(folder.resolve("models"));
        server.files.put("config.json", "{}".getBytes(StandardCharsets.UTF_8));
        server.files.put("README.md", "card".getBytes(StandardCharsets.UTF_8));
        server.files.put("model.safetensors", weights(300_000));
        server.files.put("pytorch_model.bin", weights(2000));
        server.files.put("tokenizer/vocab.json", "{\"a\": 0}".getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static byte[] weights(int bytes) {
        byte[] values = new byte[bytes];
        new Random(bytes).nextBytes(values);
        return values;
    }

    private Path pull() {
        return store.pull(server.client().build(), NAME, "main", Variant.FULL, PullListener.NONE);
    }

    @Test
    void bringsWhatIsReadAndNothingElse() throws IOException {
        Path model = pull();
        assertEquals(folder.resolve("models/someone/small-model"), model);
        assertArrayEquals(
                server.files.get("model.safetensors"), Files.readAllBytes(model.resolve("model.safetensors")));
        assertTrue(Files.exists(model.resolve("tokenizer/vocab.json")));
        assertFalse(Files.exists(model.resolve("pytorch_model.bin")), "pickles are not fetched");
        assertEquals(List.of(NAME), store.list());
        assertEquals(Optional.of(model), store.find(NAME));
        assertEquals(300_000 + 2 + 4 + 8, store.bytes(NAME));
        assertTrue(store.remove(NAME));
        assertEquals(List.of(), store.list());
        assertFalse(store.remove(NAME));
    }

    @Test
    void aCutDownloadGoesOnWhereItWas() throws IOException {
        server.cuts.put("model.safetensors", List.of(70_000, 100_000));
        Path model = pull();
        assertArrayEquals(
                server.files.get("model.safetensors"), Files.readAllBytes(model.resolve("model.safetensors")));
        List<String> asked =
                server.asked.stream().filter(a -> a.startsWith("storage")).toList();
        assertEquals(3, asked.size(), asked.toString());
        assertTrue(asked.get(1).contains("bytes="), asked.toString());
    }

    @Test
    void whatComesInSeveralCallsIsOneModelInTheEnd() throws IOException {
        server.cuts.put("model.safetensors", List.of(50_000));
        Hub impatient = server.client().attempts(1).build();
        HubException cut = assertThrows(
                HubException.class, () -> store.pull(impatient, NAME, "main", Variant.FULL, PullListener.NONE));
        assertTrue(cut.getMessage().contains("pull again"), cut.getMessage());
        assertEquals(List.of(), store.list(), "a model that is not whole is not there");
        Path model = store.pull(impatient, NAME, "main", Variant.FULL, PullListener.NONE);
        assertArrayEquals(
                server.files.get("model.safetensors"), Files.readAllBytes(model.resolve("model.safetensors")));
        long resumed = server.asked.stream()
                .filter(a -> a.startsWith("storage") && a.contains("bytes="))
                .count();
        assertEquals(1, resumed, server.asked.toString());
    }

    @Test
    void aWrongChecksumIsRefused() {
        server.lies.put("model.safetensors", "0".repeat(64));
        HubException wrong = assertThrows(HubException.class, this::pull);
        assertTrue(wrong.getMessage().contains("checksum"), wrong.getMessage());
        assertEquals(List.of(), store.list());
    }

    @Test
    void theTokenGoesToTheHubAlone() {
        server.neededToken = "secret";
        HubException refused = assertThrows(HubException.class, this::pull);
        assertTrue(refused.getMessage().contains("HF_TOKEN"), refused.getMessage());
        store.pull(server.client().token("secret").build(), NAME, "main", Variant.FULL, PullListener.NONE);
        assertTrue(server.asked.stream().filter(a -> a.startsWith("storage")).noneMatch(a -> a.contains("secret")));
    }

    @Test
    void secondPullFetchesOnlyWhatChanged() {
        pull();
        server.asked.clear();
        server.files.put("config.json", "{\"new\": 1}".getBytes(StandardCharsets.UTF_8));
        pull();
        assertTrue(server.asked.stream().noneMatch(a -> a.startsWith("storage")), server.asked.toString());
    }

    @Test
    void whatIsNotThereIsSaidPlainly() {
        Hub hub = server.client().build();
        HubException missing = assertThrows(
                HubException.class,
                () -> store.pull(hub, ModelName.parse("some/other"), "main", Variant.FULL, PullListener.NONE));
        assertTrue(missing.getMessage().contains("there is no some/other"), missing.getMessage());
        server.files.remove("model.safetensors");
        assertTrue(assertThrows(HubException.class, this::pull).getMessage().contains("no weights as safetensors"));
        Hub nowhere = Hub.builder().address("http://127.0.0.1:1").build();
        assertTrue(assertThrows(HubException.class, () -> nowhere.files(NAME, "main"))
                .getMessage()
                .contains("HF_ENDPOINT"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil.json",
                "/etc/passwd",
                "a/../../b.json",
                "a\\b.json",
                "a//b.json",
                "..",
                ".",
                "a/\u0000.json"
            })
    void namesThatLeadOutOfTheFolderAreRefused(String path) {
        assertThrows(HubException.class, () -> new HubFile(path, 1, Optional.empty()));
        server.files.put(path, new byte[] {1});
        assertThrows(HubException.class, this::pull);
        assertEquals(List.of(), store.list());
    }

    @Test
    void halfPrecisionIsAChoice() {
        List<HubFile> all = List.of(
                file("model_index.json"),
                file("v1-5-pruned.safetensors"),
                file("unet/config.json"),
                file("unet/diffusion_pytorch_model.safetensors"),
                file("unet/diffusion_pytorch_model.fp16.safetensors"),
                file("unet/diffusion_pytorch_model.non_ema.safetensors"),
                file("vae/diffusion_pytorch_model.safetensors"),
                file("sample.png"));
        assertEquals(
                List.of(
                        "model_index.json",
                        "unet/config.json",
                        "unet/diffusion_pytorch_model.safetensors",
                        "vae/diffusion_pytorch_model.safetensors"),
                paths(ModelStore.needed(all, Variant.FULL)));
        assertEquals(
                List.of(
                        "model_index.json",
                        "unet/config.json",
                        "unet/diffusion_pytorch_model.fp16.safetensors",
                        "vae/diffusion_pytorch_model.safetensors"),
                paths(ModelStore.needed(all, Variant.FP16)));
    }

    private static HubFile file(String path) {
        return new HubFile(path, 1, Optional.empty());
    }

    private static List<String> paths(List<HubFile> files) {
        return files.stream().map(HubFile::path).toList();
    }
}
