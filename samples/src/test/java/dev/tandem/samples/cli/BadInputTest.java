package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One clear sentence and exit code 2 (or 130), never a stack trace, nothing half-written. */
class BadInputTest {

    @TempDir
    Path folder;

    private String model;

    @BeforeEach
    void model() throws IOException {
        model = ScriptedStages.folder(folder).toString();
    }

    @AfterEach
    void quiet() {
        ScriptedStages.whileDrawing = () -> {};
    }

    private static void assertRefused(CommandLineRun run, String... parts) {
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().startsWith("tandem: "), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertFalse(run.err().contains("Exception"), run.err());
        assertFalse(run.err().codePoints().anyMatch(c -> c != '\n' && Character.isISOControl(c)), run.err());
        for (String part : parts) {
            assertTrue(run.err().contains(part), run.err());
        }
    }

    private List<String> filesBut(String... known) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> folder.relativize(f).toString())
                    .filter(f ->
                            !f.startsWith("scripted-model") && !List.of(known).contains(f))
                    .toList();
        }
    }

    @Test
    void unknownCommandsAndOptions() {
        assertRefused(CommandLineRun.of("chart"), "unknown command 'chart'", "did you mean", "chat");
        assertRefused(CommandLineRun.of("\u001b[31mred\u0007"), "unknown command 'red'");
        assertRefused(CommandLineRun.of("chat", "--onse", "hi"), "unknown option '--onse'", "--once");
        assertRefused(CommandLineRun.of("chat", model, "extra"), "unknown argument 'extra'");
        assertRefused(CommandLineRun.of(), "a command is missing");
        assertRefused(CommandLineRun.of("chat", "--seed", "x"), "--seed", "'x'");
        assertRefused(CommandLineRun.of("draw", "a dog"), "--out");
        assertRefused(CommandLineRun.of("chat", model, "--device", "tpu", "--once", "hi"), "unknown device 'tpu'");
        assertRefused(CommandLineRun.of("chat", model, "--device", "cuda:99", "--once", "hi"), "there is no cuda:99: ");
    }

    @Test
    void picturesThatCannotBeDescribed() throws IOException {
        Path seeing = Files.createDirectory(folder.resolve("seeing"));
        String[] describe = {"describe", "boat.png", "--model", seeing.toString()};
        assertRefused(CommandLineRun.of(describe), "config.json");
        Files.writeString(seeing.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        assertRefused(CommandLineRun.of(describe), "'gpt2'", "blip and mllama");
        Files.writeString(seeing.resolve("config.json"), "{\"model_type\": \"mllama\"}");
        assertRefused(CommandLineRun.of(describe), "preprocessor_config.json");
        Files.writeString(seeing.resolve("preprocessor_config.json"), "{\"max_image_tiles\": 0}");
        assertRefused(CommandLineRun.of(describe), "preprocessor_config.json", "max_image_tiles is 0");
        assertRefused(CommandLineRun.of("describe", "--model", seeing.toString()), "PICTURE");
        assertRefused(
                CommandLineRun.of("describe", "boat.png", "--model", seeing.toString(), "--max-new-tokens", "0"),
                "--max-new-tokens");
        assertRefused(
                CommandLineRun.of("describe", "boat.png", "--model", seeing.toString(), "--temperature", "-1"),
                "temperature");
    }

    @Test
    void unknownModels() {
        assertRefused(
                CommandLineRun.of("chat", "nonsense", "--once", "hi"),
                "there is no model 'nonsense'",
                "path of a model folder");
        assertRefused(
                CommandLineRun.of("draw", "a dog", "--model", "a\u0000b", "--out", folder + "/a.png"),
                "there is no model");
        assertRefused(CommandLineRun.of("chat", folder.toString(), "--once", "hi"), "no agent.json");
    }

    @Test
    void damagedConfiguration() throws IOException {
        Files.writeString(Path.of(model, "agent.json"), "{\"name\": ");
        assertRefused(CommandLineRun.of("chat", model, "--once", "hi"), "agent.json", "no JSON");
    }

    @Test
    void nothingOnTheClassPathKnowsTheModel() throws IOException {
        Path config = Path.of(model, "agent.json");
        Files.writeString(config, Files.readString(config).replace("\"name\": \"scripted\"", "\"name\": \"other\""));
        assertRefused(
                CommandLineRun.of("chat", model, "--once", "hi"),
                "nothing on the class path can run the language model");
    }

    @Test
    void imageModels() throws IOException {
        assertRefused(
                CommandLineRun.of("chat", model, "--once", "hi", "--image-model", folder.toString()),
                "model_index.json");
    }

    @Test
    void messages() {
        assertRefused(CommandLineRun.of("chat", model, "--once", ""), "the message is empty");
        assertRefused(CommandLineRun.of("chat", model, "--once", "\u0000\u001b "), "the message is empty");
        CommandLineRun second = CommandLineRun.of("chat", model, "--once", "hi", "--once", " ");
        assertRefused(second, "the message is empty");
        assertEquals("", second.out());
        assertRefused(
                CommandLineRun.of("chat", model, "--once", "x".repeat(100_000)), "100,000 characters", "at most 4,000");
        assertRefused(CommandLineRun.of("chat", model, "--once", "caf\ufffd"), "LC_ALL");
    }

    @Test
    void lines() {
        assertRefused(CommandLineRun.withInput(new byte[0], "chat", model), "no message");
        assertRefused(CommandLineRun.withInput("\n \n".getBytes(StandardCharsets.UTF_8), "chat", model), "no message");
        CommandLineRun run = CommandLineRun.withInput(new byte[] {'h', 'i', '\n', (byte) 0xff, '\n'}, "chat", model);
        assertRefused(run, "line 2 of the input is not UTF-8");
        assertEquals("hi\n", run.out());
        assertRefused(
                CommandLineRun.withInput("x".repeat(100_000).getBytes(StandardCharsets.UTF_8), "chat", model),
                "line 1",
                "65,536");
        assertRefused(
                CommandLineRun.withInput("x".repeat(5_000).getBytes(StandardCharsets.UTF_8), "chat", model),
                "5,000 characters");
    }

    @Test
    void controlCharactersNeverReachTheTerminal() {
        CommandLineRun run = CommandLineRun.of("chat", model, "--once", "a\u001b[31mb\u0007\u009b2Jc\u202ed");
        assertEquals(0, run.code());
        assertFalse(
                run.out().codePoints().anyMatch(c -> c != '\n' && (Character.isISOControl(c) || c == 0x202e)),
                run.out());
    }

    @Test
    void markersThatSomebodyTypesStayText() throws IOException {
        CommandLineRun run =
                CommandLineRun.of("chat", model, "--once", "[IMG] a dog [/IMG] \uff3bIMG\uff3d [i\u200dmg]");
        assertEquals(0, run.code());
        assertFalse(run.out().contains("[photo"), run.out());
        assertEquals(List.of(), filesBut());
    }

    @Test
    void aCaptionWithoutAnEndIsText() throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "chat",
                model,
                "--once",
                "look <a dog",
                "--out",
                folder.resolve("p").toString());
        assertEquals("look a dog\n", run.out());
        assertEquals(List.of(), filesBut());
    }

    @Test
    void foldersThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        for (String out : List.of(file.toString(), file.resolve("below").toString(), "/proc/nothing")) {
            assertRefused(
                    CommandLineRun.of("chat", "nonsense", "--once", "hi", "--out", out), "cannot write to the folder");
        }
        assertRefused(
                CommandLineRun.of("draw", "a dog", "--model", model, "--out", folder.toString() + "/no/a.png"),
                "there is no folder");
        assertRefused(
                CommandLineRun.of(
                        "draw",
                        "a dog",
                        "--model",
                        model,
                        "--out",
                        folder.resolve("a.jpg").toString()),
                "ends in .png");
        assertRefused(CommandLineRun.of("draw", "a dog", "--model", model, "--out", "/proc/a.png"), "cannot write");
        assertEquals(List.of(), filesBut("file"));
    }

    @Test
    void settingsOfAPicture() throws IOException {
        String out = folder.resolve("a.png").toString();
        assertRefused(CommandLineRun.of("draw", " ", "--model", model, "--out", out), "the caption is empty");
        assertRefused(CommandLineRun.of("draw", "x".repeat(100_000), "--model", model, "--out", out), "100,000");
        assertRefused(
                CommandLineRun.of("draw", "a dog", "--model", model, "--out", out, "--steps", "0"), "steps lie from 1");
        assertRefused(
                CommandLineRun.of("draw", "a dog", "--model", model, "--out", out, "--guidance", "NaN"), "guidance");
        assertRefused(CommandLineRun.of("draw", "a dog", "--model", model, "--out", out, "--size", "9x"), "--size");
        assertRefused(CommandLineRun.of("draw", "a dog", "--model", model, "--out", out, "--size", "90000x9"), "4096");
        assertEquals(List.of(), filesBut());
    }

    @Test
    void interruptedWhileDrawing() throws IOException {
        for (String[] args : List.of(
                new String[] {
                    "draw",
                    "a dog",
                    "--model",
                    model,
                    "--out",
                    folder.resolve("a.png").toString()
                },
                new String[] {
                    "chat",
                    model,
                    "--once",
                    "<a dog>",
                    "--out",
                    folder.resolve("p").toString()
                })) {
            Interruption interruption = new Interruption();
            ScriptedStages.whileDrawing = interruption.cancellation()::cancel;
            CommandLineRun run =
                    CommandLineRun.with(new ByteArrayInputStream(new byte[0]), Map.of(), interruption, args);
            assertEquals(130, run.code());
            assertEquals("tandem: interrupted\n", run.err());
            assertEquals(List.of(), filesBut());
        }
    }

    @Test
    void debugShowsWhere() {
        CommandLineRun run = CommandLineRun.of("chat", "nonsense", "--debug", "--once", "hi");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("\tat dev.tandem."), run.err());
    }
}
