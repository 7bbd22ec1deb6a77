package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.train.TinyModelFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line with the real stages, on a model folder of the smallest sizes that was never trained. */
class RealModelTest {

    @TempDir
    static Path model;

    @TempDir
    Path folder;

    @BeforeAll
    static void write() throws IOException {
        TinyModelFolder.write(TorchEngine.cpu(), model);
    }

    private CommandLineRun draw(Path from, Path file, String... more) {
        String[] args = {
            "draw", "a red car in the snow", "--model", from.toString(), "--out", file.toString(), "--steps", "2"
        };
        return CommandLineRun.of(Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    }

    private static int[] pixels(Path file) throws IOException {
        BufferedImage image = ImageIO.read(file.toFile());
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    @Test
    void drawsAndDrawsTheSameAgain() throws IOException {
        Path first = folder.resolve("1.png");
        CommandLineRun run = draw(model, first, "--seed", "5");
        assertEquals(0, run.code(), run.err());
        assertEquals(16, ImageIO.read(first.toFile()).getWidth());
        Path second = folder.resolve("2.png");
        draw(model, second, "--seed", "5");
        assertArrayEquals(pixels(first), pixels(second));
        draw(model, second, "--seed", "6");
        assertFalse(java.util.Arrays.equals(pixels(first), pixels(second)));
    }

    @Test
    void answersAndAnswersTheSameAgain() throws IOException {
        String[] args = {
            "chat",
            model.toString(),
            "--once",
            "hello [IMG] a dog [/IMG]",
            "--once",
            "and now?",
            "--seed",
            "1",
            "--json",
            "--out",
            folder.resolve("photos").toString()
        };
        CommandLineRun run = CommandLineRun.of(args);
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(2, lines.size());
        List<String> again = CommandLineRun.of(args).out().lines().toList();
        ObjectMapper json = new ObjectMapper();
        for (int i = 0; i < 2; i++) {
            JsonNode reply = json.readTree(lines.get(i));
            assertTrue(reply.path("timing").path("text_ms").isIntegralNumber());
            assertEquals(reply.path("text"), json.readTree(again.get(i)).path("text"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent.json",
                "model_index.json",
                "llm/config.json",
                "llm/tokenizer.json",
                "llm/model.safetensors",
                "unet/config.json",
                "unet/diffusion_pytorch_model.safetensors",
                "vae/diffusion_pytorch_model.safetensors",
                "text_encoder/model.safetensors",
                "scheduler/scheduler_config.json",
            })
    void aMissingOrDamagedFileIsNamed(String name) throws IOException {
        Path copy = folder.resolve("model");
        try (Stream<Path> files = Files.walk(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(model.relativize(file).toString()));
            }
        }
        Path file = copy.resolve(name);
        long size = Files.size(file);
        Path out = folder.resolve("a.png");

        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size / 2);
        }
        assertNames(name, draw(copy, out));
        Files.write(file, new byte[(int) Math.min(size, 4096)]);
        assertNames(name, draw(copy, out));
        Files.delete(file);
        if (name.equals("agent.json")) {
            assertEquals(0, draw(copy, out).code(), "the diffusion model draws alone");
            return;
        }
        assertNames(name.contains("/") ? name.substring(0, name.indexOf('/')) : name, draw(copy, out));
        assertFalse(Files.exists(out));
    }

    private static void assertNames(String name, CommandLineRun run) {
        assertEquals(2, run.code(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(
                run.err().startsWith("tandem: ") && run.err().contains(name.replace('/', java.io.File.separatorChar)),
                run.err());
        assertFalse(run.err().contains("Exception"), run.err());
    }

    @Test
    void aSizeThatTheModelCannotDrawIsRefused() {
        CommandLineRun run = draw(model, folder.resolve("a.png"), "--size", "17x16");
        assertEquals(2, run.code(), run.err());
        assertTrue(run.err().contains("17"), run.err());
    }

    @Test
    void anAgentDrawsWithAPublishedModel() throws Exception {
        Path published = Path.of(Objects.requireNonNull(RealModelTest.class.getResource("/parity/pipeline-sd3/model"))
                .toURI());
        Path file = folder.resolve("alone.png");
        assertEquals(
                0,
                draw(published, file, "--seed", "4", "--negative", "a small dog")
                        .code());
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .model(model)
                .imageModel(published)
                .steps(2)
                .negativePrompt("a small dog")
                .build()) {
            assertEquals(7, agent.imageOptions().guidance());
            Photo photo = agent.draw(
                    "a red car in the snow",
                    agent.imageOptions().toBuilder().seed(4).build(),
                    new Cancellation(),
                    ImageListener.NONE);
            Path drawn = Files.write(folder.resolve("agent.png"), photo.png());
            assertArrayEquals(pixels(file), pixels(drawn));
        }
        CommandLineRun chat = CommandLineRun.of(
                "chat",
                model.toString(),
                "--image-model",
                published.toString(),
                "--once",
                "hi",
                "--out",
                folder.resolve("photos").toString());
        assertEquals(0, chat.code(), chat.err());
    }

    @Test
    void anotherPipelineIsNamed() throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": \"StableDiffusionXLPipeline\"}");
        CommandLineRun run =
                CommandLineRun.of("chat", model.toString(), "--image-model", folder.toString(), "--once", "hi");
        assertEquals(2, run.code());
        assertTrue(run.err().contains("StableDiffusionXLPipeline"), run.err());
        assertTrue(run.err().contains("stable-diffusion"), run.err());
    }
}
