package dev.tandem.diffusion.safety;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.load.SafetyCheckerFolder;
import dev.tandem.diffusion.vision.SafetyChecker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small checkers with random weights, against what diffusers' says of the same pictures. */
class SafetyCheckerGuardTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    @Test
    void picturesBecomeTheReferencesPixels() {
        FileWeights expected = FileWeights.open(ENGINE, CheckerFiles.folder("pixels.safetensors"));
        try (Scope scope = ENGINE.scope()) {
            float[] all = expected.get("pixels", Init.zeros(), expected.shape("pixels"))
                    .toFloatArray();
            for (String folder : List.of("pipeline", "alone")) {
                List<Tensor> made = new ArrayList<>();
                for (String name : CheckerFiles.names()) {
                    made.add(SafetyCheckerFolder.of(CheckerFiles.folder(folder))
                            .processor()
                            .apply(ENGINE, CheckerFiles.picture(name)));
                }
                assertArrayEquals(all, ENGINE.cat(made, 0).toFloatArray(), 1e-6f, folder);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipeline", "alone"})
    void cosinesEqualTheReferences(String folder) {
        JsonNode expected = CheckerFiles.expected().path(folder);
        SafetyCheckerFolder files = SafetyCheckerFolder.of(CheckerFiles.folder(folder));
        double worst = 0;
        try (SafetyChecker checker = files.checker(ENGINE)) {
            List<String> names = CheckerFiles.names();
            for (int i = 0; i < names.size(); i++) {
                try (Scope scope = ENGINE.scope()) {
                    SafetyChecker.Cosines found =
                            checker.cosines(files.processor().apply(ENGINE, CheckerFiles.picture(names.get(i))));
                    worst = Math.max(worst, difference(expected.path("special").path(i), found.specialCare()));
                    worst = Math.max(worst, difference(expected.path("concepts").path(i), found.concepts()));
                }
            }
        }
        assertTrue(worst < 1e-5, folder + " differs by " + worst);
    }

    private static double difference(JsonNode expected, Tensor found) {
        float[] values = found.contiguous().toFloatArray();
        assertEquals(expected.size(), values.length);
        double worst = 0;
        for (int i = 0; i < values.length; i++) {
            worst = Math.max(worst, Math.abs(expected.path(i).asDouble() - values[i]));
        }
        return worst;
    }

    /** Scores have three digits and none of them lies near where it would be rounded to another one, so they are equal. */
    @ParameterizedTest
    @ValueSource(strings = {"pipeline", "alone"})
    void scoresAndVerdictsAreTheReferences(String folder) {
        JsonNode said = CheckerFiles.expected().path(folder).path("said");
        try (SafetyCheckerGuard guard = SafetyCheckerGuard.load(ENGINE, CheckerFiles.folder(folder))) {
            List<String> names = CheckerFiles.names();
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                SafetyChecker.Scores scores = guard.scores(CheckerFiles.picture(name));
                assertEquals(
                        CheckerFiles.numbers(said.path(i).path("special_scores")),
                        positive(scores.specialCare()),
                        name);
                assertEquals(
                        CheckerFiles.numbers(said.path(i).path("concept_scores")), positive(scores.concepts()), name);
                assertEquals(said.path(i).path("flagged").asBoolean(), scores.flagged(), name);
                Verdict.Action action = scores.flagged() ? Verdict.Action.BLOCK : Verdict.Action.ALLOW;
                assertEquals(action, guard.check(CheckerFiles.picture(name)).action(), name);
            }
        }
    }

    /** Without the sign of a zero. */
    private static List<Double> positive(List<Double> scores) {
        return scores.stream().map(score -> score + 0.0).toList();
    }

    @Test
    void thePicturesAreTheCasesThatMatter() {
        try (SafetyCheckerGuard guard = SafetyCheckerGuard.load(ENGINE, CheckerFiles.folder("pipeline"))) {
            assertEquals(Verdict.ALLOWED, guard.check(CheckerFiles.picture("clean")));
            assertEquals(
                    "the safety checker sees concept 3 (0.050 above its threshold), 16 (0.002 above its threshold)",
                    guard.check(CheckerFiles.picture("flagged")).reason());
            SafetyChecker.Scores careful = guard.scores(CheckerFiles.picture("careful-flagged"));
            assertEquals(List.of(1), careful.careTaken());
            assertTrue(
                    careful.concepts().get(7) > 0 && careful.concepts().get(7) < 0.01, "only by special care's 0.01");
            assertEquals(
                    "the safety checker sees concept 7 (0.004 above its threshold), judged more strictly for special care 1 (0.032 above its threshold)",
                    guard.check(CheckerFiles.picture("careful-flagged")).reason());
            SafetyChecker.Scores clean = guard.scores(CheckerFiles.picture("careful-clean"));
            assertEquals(List.of(1), clean.careTaken());
            assertFalse(clean.flagged());
            SafetyChecker.Scores rounded = guard.scores(CheckerFiles.picture("rounded-away"));
            assertEquals(0, rounded.concepts().get(11), "0.0004 is nothing in three digits");
            SafetyChecker.Scores on = guard.scores(CheckerFiles.picture("careful-on"));
            assertEquals(List.of(0, 2), on.careTaken(), "the first one's 0.01 makes the last one fire");
        }
    }

    @Test
    void theAdjustmentIsAddedToEveryScore() {
        Path folder = CheckerFiles.folder("pipeline");
        try (SafetyCheckerGuard plain = SafetyCheckerGuard.load(ENGINE, folder);
                SafetyCheckerGuard strict = SafetyCheckerGuard.load(ENGINE, folder, Verdict.Action.BLUR, 0.002);
                SafetyCheckerGuard mild = SafetyCheckerGuard.load(ENGINE, folder, Verdict.Action.FLAG, -0.03)) {
            assertEquals(Verdict.ALLOWED, plain.check(CheckerFiles.picture("careful-clean")));
            assertEquals(
                    Verdict.Action.BLUR,
                    strict.check(CheckerFiles.picture("careful-clean")).action(),
                    "its concept lies 0.001 below with special care's 0.01");
            assertEquals(
                    plain.scores(CheckerFiles.picture("careful-clean"))
                                    .specialCare()
                                    .get(1)
                            + 0.002,
                    strict.scores(CheckerFiles.picture("careful-clean"))
                            .specialCare()
                            .get(1),
                    1e-9);
            assertEquals(
                    Verdict.Action.BLOCK,
                    plain.check(CheckerFiles.picture("careful-on")).action());
            assertEquals(Verdict.ALLOWED, mild.check(CheckerFiles.picture("careful-on")));
            assertEquals(
                    Verdict.Action.FLAG,
                    mild.check(CheckerFiles.picture("flagged")).action());
        }
        for (double impossible : new double[] {2.1, -3, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> SafetyCheckerGuard.load(ENGINE, folder, Verdict.Action.BLOCK, impossible));
        }
        assertThrows(
                IllegalArgumentException.class, () -> SafetyCheckerGuard.load(ENGINE, folder, Verdict.Action.ALLOW, 0));
    }

    @Test
    void aCheckersOwnFolderNeedsNoPreprocessor() throws IOException {
        Path inner = CheckerFiles.folder("pipeline").resolve("safety_checker");
        Path without = CheckerFiles.copy(CheckerFiles.folder("pipeline"), temporary.resolve("without"));
        Files.delete(without.resolve("feature_extractor/preprocessor_config.json"));
        for (Path folder : List.of(inner, without)) {
            try (SafetyCheckerGuard whole = SafetyCheckerGuard.load(ENGINE, CheckerFiles.folder("pipeline"));
                    SafetyCheckerGuard guard = SafetyCheckerGuard.load(ENGINE, folder)) {
                for (String name : CheckerFiles.names()) {
                    assertEquals(
                            whole.scores(CheckerFiles.picture(name)),
                            guard.scores(CheckerFiles.picture(name)),
                            "CLIP's own preprocessing is the published one");
                }
            }
        }
    }

    @Test
    void severalThreadsGetWhatOneGets() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (SafetyCheckerGuard guard = SafetyCheckerGuard.load(ENGINE, CheckerFiles.folder("pipeline"))) {
            Map<String, SafetyChecker.Scores> alone = new LinkedHashMap<>();
            for (String name : CheckerFiles.names()) {
                alone.put(name, guard.scores(CheckerFiles.picture(name)));
            }
            List<Callable<Void>> asked = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String name = CheckerFiles.names().get(i % alone.size());
                asked.add(() -> {
                    assertEquals(alone.get(name), guard.scores(CheckerFiles.picture(name)));
                    return null;
                });
            }
            for (Future<Void> answer : threads.invokeAll(asked)) {
                answer.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aClosedGuardAllowsNothing() {
        SafetyCheckerGuard guard = SafetyCheckerGuard.load(ENGINE, CheckerFiles.folder("pipeline"));
        guard.close();
        guard.close();
        assertThrows(RuntimeException.class, () -> guard.check(CheckerFiles.picture("clean")));
    }

    private interface Change {
        void to(Map<String, Tensor> tensors);
    }

    /** A copy of the checker with other tensors. */
    private Path changed(Change change) throws IOException {
        Path folder = CheckerFiles.copy(
                CheckerFiles.folder("pipeline").resolve("safety_checker"),
                Files.createTempDirectory(temporary, "checker"));
        Path file = folder.resolve("model.safetensors");
        try (Scope scope = ENGINE.scope()) {
            FileWeights weights = FileWeights.open(ENGINE, file);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String key : weights.keys()) {
                tensors.put(key, weights.get(key, Init.zeros(), weights.shape(key)));
            }
            change.to(tensors);
            SafetensorsWriter.create().write(file, tensors);
        }
        return folder;
    }

    private static void refused(Path folder, String... parts) {
        try (Scope outer = ENGINE.scope()) {
            String message = assertThrows(WeightException.class, () -> SafetyCheckerGuard.load(ENGINE, folder))
                    .getMessage();
            for (String part : parts) {
                assertTrue(message.contains(part), message);
            }
            assertFalse(message.contains("\n"), message);
            assertEquals(0, outer.size(), "no tensor is left");
        }
    }

    @Test
    void damagedFoldersAreRefusedInOneSentence() throws IOException {
        refused(temporary.resolve("none"), "there is no model folder", "none");
        refused(
                temporary,
                "there is no safety checker",
                temporary.resolve("safety_checker").toString());
        for (String key : List.of(
                "concept_embeds",
                "special_care_embeds",
                "concept_embeds_weights",
                "special_care_embeds_weights",
                "visual_projection.weight",
                "vision_model.vision_model.post_layernorm.weight")) {
            refused(changed(tensors -> tensors.remove(key)), "model.safetensors", key);
            refused(
                    changed(tensors -> tensors.put(key, ENGINE.zeros(DType.FLOAT32, 5, 7))),
                    "model.safetensors",
                    key,
                    "[5, 7]");
        }
        Path other = changed(tensors -> {});
        ObjectNode config =
                (ObjectNode) JSON.readTree(other.resolve("config.json").toFile());
        config.putArray("architectures").add("CLIPModel");
        JSON.writeValue(other.resolve("config.json").toFile(), config);
        refused(other, "config.json", "CLIPModel", "StableDiffusionSafetyChecker");
        Path pickled = changed(tensors -> {});
        Files.move(pickled.resolve("model.safetensors"), pickled.resolve("pytorch_model.bin"));
        refused(pickled, "pytorch_model.bin", "pickle");
        Path swapped = CheckerFiles.copy(CheckerFiles.folder("pipeline"), temporary.resolve("swapped"));
        Path preprocessor = swapped.resolve("feature_extractor/preprocessor_config.json");
        Files.writeString(preprocessor, Files.readString(preprocessor).replace("32", "48"));
        refused(swapped, "preprocessor_config.json", "32 x 32");
        Files.writeString(preprocessor, "{\"size\": ");
        refused(swapped, "preprocessor_config.json");
    }

    @Test
    void valuesThatAreNoNumbersLetNothingPass() throws IOException {
        Path folder = changed(
                tensors -> tensors.put("concept_embeds_weights", ENGINE.full(Double.NaN, SafetyChecker.CONCEPTS)));
        try (SafetyCheckerGuard guard = SafetyCheckerGuard.load(ENGINE, folder)) {
            assertThrows(IllegalStateException.class, () -> guard.check(CheckerFiles.picture("clean")));
        }
    }
}
