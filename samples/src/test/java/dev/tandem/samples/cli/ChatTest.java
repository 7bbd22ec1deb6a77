package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTest {

    @TempDir
    Path folder;

    private String model;
    private String photos;

    @BeforeEach
    void model() throws IOException {
        model = ScriptedStages.folder(folder).toString();
        photos = folder.resolve("photos").toString();
    }

    @Test
    void jsonIsOneObjectForEachReply() throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "chat",
                model,
                "--once",
                "hello",
                "--once",
                "look <A \"red\" car>",
                "--once",
                "<a red car>",
                "--json",
                "--seed",
                "3",
                "--out",
                photos);
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(3, lines.size());
        ObjectMapper json = new ObjectMapper();
        JsonNode first = json.readTree(lines.get(0));
        assertEquals("hello", first.path("text").asText());
        assertEquals(0, first.path("photos").size());
        JsonNode second = json.readTree(lines.get(1));
        assertEquals(List.of("text", "photos", "timing"), names(second));
        assertEquals(List.of("first_token_ms", "text_ms", "photo_ms"), names(second.path("timing")));
        JsonNode photo = second.path("photos").path(0);
        assertEquals(List.of("caption", "file", "width", "height", "seed"), names(photo));
        assertEquals("A \"red\" car", photo.path("caption").asText());
        File file = new File(photo.path("file").asText());
        assertEquals("a-red-car.png", file.getName());
        assertEquals(photo.path("width").asInt(), ImageIO.read(file).getWidth());
        assertTrue(json.readTree(lines.get(2))
                .path("photos")
                .path(0)
                .path("file")
                .asText()
                .endsWith("a-red-car-2.png"));
        assertEquals(2, new File(photos).list().length, "nothing but the photos is left");
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    @Test
    void aSeedRepeatsAConversation() {
        String[] args = {"chat", model, "--once", "<a>", "--seed", "5", "--json", "--out", photos};
        String seed = CommandLineRun.of(args).out().replaceAll(".*\"seed\":(\\d+).*\\R", "$1");
        assertEquals(seed, CommandLineRun.of(args).out().replaceAll(".*\"seed\":(\\d+).*\\R", "$1"));
        args[5] = "6";
        assertFalse(CommandLineRun.of(args).out().contains("\"seed\":" + seed + "}"));
    }

    @Test
    void linesOfAPipeAreOneConversation() {
        byte[] lines = "hi\n\nbye\u00e9\r\n".getBytes(StandardCharsets.UTF_8);
        CommandLineRun run = CommandLineRun.withInput(lines, "chat", model);
        assertEquals("hi\nbye\u00e9\n", run.out());
        assertEquals(0, run.code());
    }

    @Test
    void photosAreDrawnWhereAskedFor() {
        String[] args = {"chat", model, "--once", "see <a dog> ok", "--out", photos, "--show", "always"};
        CommandLineRun run = CommandLineRun.with(
                new ByteArrayInputStream(new byte[0]),
                Map.of("TERM", "xterm", "COLORTERM", "truecolor"),
                new Interruption(),
                args);
        assertEquals(
                4, run.out().lines().filter(l -> l.startsWith("\u001b[38;2;")).count(), run.out());
        assertTrue(run.out().startsWith("see  ok\n"), run.out());
        assertTrue(run.out().contains("[photo: a dog] " + photos), run.out());
        args[6] = "--json";
        assertFalse(CommandLineRun.of("chat", model, "--once", "<a dog>", "--out", photos)
                .out()
                .contains("\u001b"));
    }

    @Test
    void drawsACaption() throws IOException {
        Path file = Files.writeString(folder.resolve("a.png"), "old");
        CommandLineRun run = CommandLineRun.of(
                "draw", "a dog", "--model", model, "--out", file.toString(), "--seed", "200", "--size", "16x8");
        assertEquals(0, run.code(), run.err());
        assertEquals(16, ImageIO.read(file.toFile()).getWidth());
        assertEquals(0xffc8c8c8, ImageIO.read(file.toFile()).getRGB(0, 0));
        assertTrue(run.err().contains("seed 200"), run.err());
    }

    @Test
    void infoAndVersionAndHelp() {
        CommandLineRun info = CommandLineRun.of("info");
        assertEquals(0, info.code(), info.err());
        assertTrue(info.out().contains("libtorch 2.7"), info.out());
        assertTrue(info.out().contains("OMP_NUM_THREADS"), info.out());
        assertTrue(CommandLineRun.of("--version").out().startsWith("tandem "));
        CommandLineRun help = CommandLineRun.of("--help");
        assertEquals(0, help.code());
        for (String command : List.of("chat", "draw", "info", "verify")) {
            assertTrue(help.out().contains(command), help.out());
        }
    }

    @Test
    void aPhotoNeedsAMessageAndAModelThatSeesIt() throws IOException {
        Path photo = folder.resolve("photo.png");
        ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "png", photo.toFile());
        CommandLineRun alone = CommandLineRun.of("chat", model, "--photo", photo.toString());
        assertTrue(alone.code() != 0 && alone.err().contains("--once"), alone.err());
        CommandLineRun missing = CommandLineRun.of("chat", model, "--photo", photo + "x", "--once", "look");
        assertTrue(missing.code() != 0 && missing.err().contains("there is no file"), missing.err());
        CommandLineRun blind = CommandLineRun.of("chat", model, "--photo", photo.toString(), "--once", "look");
        assertTrue(blind.code() != 0 && blind.err().contains("does not see photos"), blind.err());
    }
}
