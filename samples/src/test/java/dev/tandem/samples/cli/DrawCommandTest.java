package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.PictureFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
