package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.data.AgentSide;
import dev.tandem.core.data.MissingPhotos;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.TrainResult;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training on dialogues and photos of one's own, with real models of the smallest sizes. */
class OwnDataTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final String TRAINING = """
            "training": {"steps": 4, "warmup_steps": 1, "learning_rate": 1e-3, "log_every": 1,
                         "checkpoint_every": 2, "evaluate_every": 2, "ema_decay": 0.9}""";

    @TempDir
    static Path models;

    @TempDir
    Path folder;

    @BeforeAll
    static void model() throws IOException {
        TinyModelFolder.write(ENGINE, models.resolve("tiny"));
    }

    @BeforeEach
    void data() throws IOException {
        OwnFiles.write(folder);
    }

    private Path joint(String name, String own, String more) throws IOException {
        return Files.writeString(folder.resolve(name), """
                {"kind": "joint", "model": "%s", "data": {"own": %s, "dialogues": 20, "batch": 3, "max_tokens": 200}, %s %s}
                """.formatted(models.resolve("tiny"), own, more, TRAINING));
    }

    private String own(String file, String more) {
        return "{\"files\": [\"%s\"]%s}".formatted(folder.resolve(file), more);
    }

    private static TrainResult run(Path config, Path out, boolean resume, int stopAfter) {
        AtomicInteger asked = new AtomicInteger();
        return TrainingRun.of(config, out, resume, 0, true)
                .run(ENGINE, new TrainListener() {}, () -> asked.getAndIncrement() >= stopAfter);
    }

    private static TrainResult run(Path config, Path out) {
        return run(config, out, false, Integer.MAX_VALUE);
    }

    private static List<JsonNode> log(Path out) throws IOException {
        ObjectMapper json = new ObjectMapper();
        try (Stream<String> lines = Files.lines(out.resolve(TrainingRun.LOG))) {
            return lines.map(line -> {
                        try {
                            return json.readTree(line);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toList();
        }
    }

    private static void assertSame(Path a, Path b, String... files) throws IOException {
        for (String file : files) {
            assertArrayEquals(Files.readAllBytes(a.resolve(file)), Files.readAllBytes(b.resolve(file)), file);
        }
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void aStoppedRunWithCacheAndSamplesEqualsOneWithoutThem() throws IOException {
        Path plain = folder.resolve("plain");
        run(joint("plain.json", own("own.jsonl", ", \"held_out_share\": 0.2"), ""), plain);

        Path cache = folder.resolve("cache");
        Path config = joint(
                "more.json",
                own("own.jsonl", ", \"held_out_share\": 0.2, \"cache\": \"" + cache + "\""),
                "\"samples\": {\"every\": 2, \"pictures\": 1, \"steps\": 2},");
        Path parts = folder.resolve("parts");
        assertEquals(
                TrainResult.Outcome.INTERRUPTED, run(config, parts, false, 1).outcome());
        assertEquals(1, filesIn(cache).size());
        // the file is damaged between the two parts
        byte[] kept = Files.readAllBytes(filesIn(cache).get(0));
        Files.write(filesIn(cache).get(0), new byte[kept.length]);
        assertEquals(
                TrainResult.Outcome.FINISHED,
                run(config, parts, true, Integer.MAX_VALUE).outcome());
        assertArrayEquals(kept, Files.readAllBytes(filesIn(cache).get(0)));

        assertSame(
                plain,
                parts,
                "checkpoint-4/parameters.safetensors",
                "checkpoint-4/moments.safetensors",
                "model/unet/diffusion_pytorch_model.safetensors");
        JsonNode last = log(parts).get(log(parts).size() - 1);
        assertTrue(last.path("evaluation").path("loss_v").asDouble() > 0, last.toString());
        assertTrue(log(parts).stream().anyMatch(line -> line.path("photos").asInt() > 0));

        assertEquals(
                List.of("captions.json", "step-0-0.png", "step-2-0.png", "step-4-0.png"),
                filesIn(parts.resolve("samples")).stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        String page = Files.readString(parts.resolve("report.html"));
        assertTrue(page.contains("<th>a boat number"));
        assertTrue(page.contains("src=\"samples/step-4-0.png\""));
        assertFalse(Files.readString(plain.resolve("report.html")).contains("Sample pictures"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"photochat.json", "dialogcc.json", "mmdialog.json"})
    void publishedFormatsAreLearned(String file) throws IOException {
        Path out = folder.resolve("out");
        String own = own(
                file,
                ", \"photos\": \"" + folder.resolve("photos")
                        + "\", \"agent\": \"both\", \"sample_latents\": true, \"validation\": [\""
                        + folder.resolve("own.jsonl") + "\"]");
        assertEquals(
                TrainResult.Outcome.FINISHED,
                run(joint("c.json", own.replace("own.jsonl", file), ""), out).outcome());
        assertTrue(log(out).stream().anyMatch(line -> line.path("photos").asInt() > 0), log(out).toString());
    }

    @Test
    void aShareOfTheWorldIsMixedIn() throws IOException {
        Path out = folder.resolve("out");
        run(joint("c.json", own("own.jsonl", ", \"world_share\": 0.9"), ""), out);
        Path alone = folder.resolve("alone");
        run(joint("d.json", own("own.jsonl", ""), ""), alone);
        assertFalse(log(out).get(0).path("loss_t").equals(log(alone).get(0).path("loss_t")));
        assertFalse(log(out).stream().anyMatch(line -> line.has("evaluation")), "nothing was held out");
    }

    @Test
    void missingAndDamagedPhotosAreWhatTheConfigurationSays() throws IOException {
        Files.delete(folder.resolve("photos/0.png"));
        Files.writeString(folder.resolve("photos/1.png"), "no picture");
        RuntimeException stopped = assertThrows(
                IllegalArgumentException.class,
                () -> run(joint("c.json", own("own.jsonl", ""), ""), folder.resolve("none")));
        assertTrue(String.valueOf(stopped.getMessage()).contains("0.png"), stopped.getMessage());
        for (String policy : List.of("skip_photo", "skip_dialogue")) {
            OwnData data = OwnData.builder()
                    .files(List.of(folder.resolve("own.jsonl")))
                    .missing(MissingPhotos.valueOf(policy.toUpperCase(Locale.ROOT)))
                    .build();
            OwnDialogues read = OwnDialogues.read(data, 1);
            assertEquals(
                    policy.equals("skip_photo") ? OwnFiles.DIALOGUES : OwnFiles.DIALOGUES - 2,
                    read.train().size());
            assertEquals(
                    OwnFiles.DIALOGUES - 2,
                    read.train().stream()
                            .mapToInt(d -> OwnDialogues.photos(d).size())
                            .sum());
            Path out = folder.resolve(policy);
            assertEquals(
                    TrainResult.Outcome.FINISHED,
                    run(joint(policy + ".json", own("own.jsonl", ", \"missing\": \"" + policy + "\""), ""), out)
                            .outcome());
        }
    }

    @Test
    void aShareIsHeldOutBySeed() {
        OwnData data = OwnData.builder()
                .files(List.of(folder.resolve("own.jsonl")))
                .agent(AgentSide.BOTH)
                .heldOutShare(0.3)
                .build();
        OwnDialogues read = OwnDialogues.read(data, 7);
        assertEquals(2 * 2, read.heldOut().size(), "two dialogues, each from either side");
        assertEquals(2 * (OwnFiles.DIALOGUES - 2), read.train().size());
        assertEquals(read, OwnDialogues.read(data, 7));
        assertFalse(read.equals(OwnDialogues.read(data, 8)) && read.equals(OwnDialogues.read(data, 9)));
    }

    @Test
    void eachStageLearnsAloneToo() throws IOException {
        Path cache = folder.resolve("cache");
        String own = own("own.jsonl", ", \"held_out_share\": 0.2, \"cache\": \"" + cache + "\"");
        Path language = Files.writeString(
                folder.resolve("language.json"), """
                {"kind": "language", "model": "%s", "fresh": false, "own": %s, "tokens_per_batch": 200, %s}
                """.formatted(models.resolve("tiny"), own, TRAINING));
        run(language, folder.resolve("language"));
        JsonNode last = log(folder.resolve("language"))
                .get(log(folder.resolve("language")).size() - 1);
        assertTrue(last.path("evaluation").path("held_out_loss").asDouble() > 0, last.toString());

        String frozen = """
                {"kind": "diffusion", "model": "%s", "fresh": false, "train_text": false, "own": %s, "batch": 3,
                 "samples": {"every": 4, "pictures": 2, "steps": 2}, %s}
                """;
        Path kept =
                Files.writeString(folder.resolve("kept.json"), frozen.formatted(models.resolve("tiny"), own, TRAINING));
        Path first = folder.resolve("first");
        run(kept, first);
        assertEquals(
                List.of("latents", "text"),
                filesIn(cache).stream()
                        .map(file -> file.getFileName().toString().split("-", 2)[0])
                        .toList());
        assertTrue(Files.exists(first.resolve("samples/step-4-0.png")));
        Path again = folder.resolve("again");
        run(kept, again);
        Path without = folder.resolve("without");
        run(
                Files.writeString(
                        folder.resolve("without.json"),
                        frozen.formatted(
                                models.resolve("tiny"), own("own.jsonl", ", \"held_out_share\": 0.2"), TRAINING)),
                without);
        for (Path other : List.of(again, without)) {
            assertSame(first, other, "checkpoint-4/parameters.safetensors", "checkpoint-4/moments.safetensors");
        }
        assertSame(models.resolve("tiny"), first.resolve("model"), "text_encoder/config.json");
    }

    @Test
    void whatIsBeyondTheCacheIsFoundOutEachTime() {
        OwnData data = OwnData.builder()
                .files(List.of(folder.resolve("own.jsonl")))
                .cache(folder.resolve("cache"))
                .build();
        OwnPhotos photos = OwnPhotos.of(
                OwnDialogues.read(data, 1).train().stream()
                        .flatMap(d -> OwnDialogues.photos(d).stream())
                        .toList(),
                16);
        assertEquals(OwnFiles.DIALOGUES, photos.size());
        Path vae = models.resolve("tiny/vae");
        try (Scope scope = ENGINE.scope();
                AutoencoderKL autoencoder = VaeLoader.build(
                        ENGINE,
                        VaeConfigFile.read(vae.resolve("config.json")),
                        ModelFolder.of(models.resolve("tiny")).component("vae").weights(ENGINE))) {
            OwnLatents all = OwnLatents.of(ENGINE, data, photos, autoencoder, vae);
            long each = 2L * 4 * 8 * 8 * Float.BYTES;
            OwnLatents few = OwnLatents.of(ENGINE, data, 2 * each, photos, autoencoder, vae);
            assertEquals(photos.size(), all.kept().size());
            assertEquals(2, few.kept().size());
            for (int i = 0; i < photos.size(); i++) {
                assertArrayEquals(
                        all.latents(i, autoencoder.config(), new SplittableRandom(1)),
                        few.latents(i, autoencoder.config(), new SplittableRandom(1)));
            }
        }
    }

    @Test
    void whatTheDataSayWrongIsOneSentence() throws IOException {
        for (String[] example : new String[][] {
            {"{\"photos\": \"here\"}", "'own' needs 'files'"},
            {own("nowhere.jsonl", ""), "there is no file"},
            {own("own.jsonl", ", \"held_out_share\": 1"), "'held_out_share' and 'world_share' are from 0 to below 1"},
            {own("own.jsonl", ", \"held_out_share\": 0.1, \"validation\": [\"a\"]"), "not both"},
        }) {
            RuntimeException e = assertThrows(
                    RuntimeException.class, () -> run(joint("c.json", example[0], ""), folder.resolve("none")));
            assertTrue(String.valueOf(e.getMessage()).contains(example[1]), e.getMessage());
        }
    }
}
