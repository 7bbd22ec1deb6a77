package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.SafetensorsWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drawing with folders that are no agent's: tiny Stable Diffusion 1 and 3 in the layout of diffusers. */
class DrawCommandTest {

    @TempDir
    Path folder;

    private static String model(String parityCase) throws URISyntaxException {
        URL url = Objects.requireNonNull(DrawCommandTest.class.getResource("/parity/" + parityCase + "/model"));
        return Path.of(url.toURI()).toString();
    }

    private CommandLineRun draw(String model, String out, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "draw",
                "a photo of a golden puppy",
                "--model",
                model,
                "--steps",
                "2",
                "--out",
                folder.resolve(out).toString()));
        args.addAll(List.of(more));
        return CommandLineRun.of(args.toArray(String[]::new));
    }

    private int[] pixels(String file) {
        Picture picture = PictureFile.read(folder.resolve(file));
        return Stream.iterate(0, i -> i + 1)
                .limit((long) picture.width() * picture.height())
                .mapToInt(i -> picture.rgb(i % picture.width(), i / picture.width()))
                .toArray();
    }

    @Test
    void aFolderOfDiffusersDraws() throws Exception {
        for (String parityCase : List.of("pipeline-sd", "pipeline-sd3")) {
            CommandLineRun run = draw(model(parityCase), parityCase + ".png", "--size", "24x16", "--seed", "3");
            assertEquals(0, run.code(), run.err());
            assertTrue(run.err().contains("24 x 16, seed 3"), run.err());
            String file = Files.readString(folder.resolve(parityCase + ".png"), StandardCharsets.ISO_8859_1);
            assertTrue(
                    file.contains("trainedAlgorithmicMedia") && file.contains(", model model<"), "says what made it");
            assertFalse(file.contains("golden puppy"), "the caption is private");
        }
    }

    @Test
    void everyPictureHasItsSeed() throws Exception {
        String model = model("pipeline-sd");
        assertEquals(
                0,
                draw(model, "many.png", "--count", "3", "--seed", "5", "--describe-files")
                        .code());
        assertEquals(0, draw(model, "one.png", "--seed", "6").code());
        assertArrayEquals(pixels("one.png"), pixels("many-2.png"));
        assertFalse(same(pixels("one.png"), pixels("many-3.png")));
        assertFalse(Files.exists(folder.resolve("many.png")));
        String file = Files.readString(folder.resolve("many-3.png"), StandardCharsets.ISO_8859_1);
        assertTrue(file.contains("golden puppy (seed 7)"), "the caption was asked for");
    }

    private static boolean same(int[] a, int[] b) {
        return java.util.Arrays.equals(a, b);
    }

    @Test
    void negativePromptAndSchedulerChangeThePicture() throws Exception {
        String model = model("pipeline-sd");
        draw(model, "plain.png");
        draw(model, "negative.png", "--negative", "a small red dog");
        draw(model, "euler.png", "--scheduler", "euler");
        draw(model, "ddim.png", "--scheduler", "DDIM", "--negative", "");
        assertFalse(same(pixels("plain.png"), pixels("negative.png")));
        assertFalse(same(pixels("plain.png"), pixels("euler.png")));
        assertArrayEquals(pixels("plain.png"), pixels("ddim.png"));
    }

    @Test
    void whatALongCaptionLosesIsSaidOnce() throws Exception {
        CommandLineRun run = CommandLineRun.of(
                "draw",
                "a dog ".repeat(100) + "and a kite",
                "--model",
                model("pipeline-sd"),
                "--steps",
                "1",
                "--out",
                folder.resolve("long.png").toString());
        assertEquals(0, run.code(), run.err());
        assertEquals(
                1,
                run.err()
                        .lines()
                        .filter(line ->
                                line.startsWith("note: ") && line.contains("77 tokens") && line.endsWith("and a kite"))
                        .count(),
                run.err());
    }

    /**
     * A folder with a checker of pictures beside the model, both as published.
     *
     * @param threshold of every concept: -2 flags every picture, 2 none
     */
    private Path checked(String name, double threshold) throws Exception {
        Path target = folder.resolve(name);
        copy(Path.of(model("pipeline-sd")), target);
        copy(Path.of(model("safety-checker")), target.resolve("safety_checker"));
        Path index = target.resolve("model_index.json");
        ObjectNode json = (ObjectNode) new ObjectMapper().readTree(index.toFile());
        json.putArray("safety_checker").add("stable_diffusion").add("StableDiffusionSafetyChecker");
        Files.writeString(index, json.toString());
        Path file = target.resolve("safety_checker/model.safetensors");
        TensorEngine engine = TorchEngine.cpu();
        try (Scope scope = engine.scope()) {
            FileWeights weights = FileWeights.open(engine, file);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String key : weights.keys()) {
                tensors.put(key, weights.get(key, Init.zeros(), weights.shape(key)));
            }
            tensors.put("concept_embeds_weights", engine.full(threshold, 17));
            SafetensorsWriter.create().write(file, tensors);
        }
        return target;
    }

    private static void copy(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path to = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
    }

    @Test
    void whatTheModelsOwnCheckerFlagsIsNotWritten() throws Exception {
        String model = checked("strict", -2).toString();
        CommandLineRun run = draw(model, "a.png", "--seed", "3", "--count", "2");
        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().contains("note: a safety checker looks at pictures"), run.err());
        assertTrue(run.err().contains("not written, seed 3: the safety checker sees concept 0 ("), run.err());
        assertTrue(run.err().contains("not written, seed 4: "), run.err());
        assertFalse(Files.exists(folder.resolve("a-1.png")) || Files.exists(folder.resolve("a-2.png")));
        CommandLineRun open = draw(model, "b.png", "--safety-checker", "none");
        assertEquals(0, open.code(), open.err());
        assertFalse(open.err().contains("safety checker looks"), open.err());
        assertTrue(Files.exists(folder.resolve("b.png")));
    }

    @Test
    void anotherCheckerLooksInPlaceOfTheModels() throws Exception {
        String strict = checked("strict", -2).toString();
        String mild = checked("mild", 2).toString();
        assertEquals(0, draw(mild, "own.png").code());
        assertEquals(0, draw(strict, "other.png", "--safety-checker", mild).code());
        assertArrayEquals(pixels("own.png"), pixels("other.png"));
        CommandLineRun withheld = draw(
                model("pipeline-sd"),
                "no.png",
                "--safety-checker",
                Path.of(strict, "safety_checker").toString());
        assertEquals(1, withheld.code(), withheld.err());
        assertFalse(Files.exists(folder.resolve("no.png")));
        refused(draw(mild, "no.png", "--safety-checker", model("pipeline-sd")), "there is no safety checker");
        refused(draw(mild, "no.png", "--safety-checker", folder + "/gone"), "there is no model folder", "gone");
    }

    @Test
    void aDamagedCheckerIsSaidBeforeAnythingIsDrawn() throws Exception {
        Path model = checked("damaged", 2);
        Files.write(model.resolve("safety_checker/model.safetensors"), new byte[40]);
        refused(draw(model.toString(), "a.png"), "safety_checker", "damaged", "--safety-checker none");
        assertEquals(
                0, draw(model.toString(), "a.png", "--safety-checker", "none").code());
    }

    @Test
    void whatIsWrongIsOneSentence() throws Exception {
        String model = model("pipeline-sd");
        refused(draw(model, "a.png", "--scheduler", "lms"), "unknown scheduler 'lms'", "dpm++");
        refused(draw(model("pipeline-sd3"), "a.png", "--scheduler", "euler"), "Stable Diffusion 3");
        refused(draw(model, "a.png", "--count", "0"), "--count");
        refused(draw(model, "a.png", "--size", "17x16"), "multiples of 2");
        refused(draw(model, "a.png", "--negative", "x".repeat(5000)), "negative prompt");
        refused(draw(folder.toString(), "a.png"), "model_index.json");
        refused(draw("owner/name", "a.png"), "tandem models pull owner/name");
        assertFalse(Files.exists(folder.resolve("a.png")));
    }

    private static void refused(CommandLineRun run, String... parts) throws IOException {
        assertEquals(2, run.code(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        for (String part : parts) {
            assertTrue(run.err().contains(part), run.err());
        }
    }
}
