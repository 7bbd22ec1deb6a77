package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tandem train} from outside, with the smallest autoencoder. */
class TrainCommandTest {

    @TempDir
    Path folder;

    private Path config;

    @BeforeEach
    void configuration() throws IOException {
        Path vae = Files.writeString(folder.resolve("vae.json"), """
                {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": 2, "sample_size": 16,
                 "block_out_channels": [4, 4], "layers_per_block": 1, "norm_num_groups": 2, "scaling_factor": 0.5,
                 "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"],
                 "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"]}
                """);
        config = Files.writeString(folder.resolve("small.json"), """
                {
                  "kind": "autoencoder", // the first stage
                  "vae": "%s",
                  "pixels": 16, "batch": 2, "held_out": 4,
                  "training": {"steps": 100000, "learning_rate": 1e-3, "log_every": 1, "checkpoint_every": 0}
                }
                """.formatted(vae));
    }

    private static List<String> checkpoints(Path out) throws IOException {
        try (Stream<Path> entries = Files.list(out)) {
            return entries.map(p -> p.getFileName().toString())
                    .filter(n -> n.startsWith("checkpoint-"))
                    .toList();
        }
    }

    private static void assertRefused(CommandLineRun run, String part) {
        assertEquals(2, run.code(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("tandem: "), run.err());
        assertTrue(run.err().contains(part), run.err());
        assertFalse(run.err().contains("Exception"), run.err());
    }

    @Test
    void theTimeEndsARunWithACheckpointToResumeFrom() throws IOException {
        Path out = folder.resolve("out");
        CommandLineRun run = CommandLineRun.of(
                "train", "--config", config.toString(), "--out", out.toString(), "--max-minutes", "0.01");
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().contains("--resume"), run.out());
        assertEquals(1, checkpoints(out).size());
        assertTrue(Files.exists(out.resolve("model/vae/diffusion_pytorch_model.safetensors")));
        assertRefused(
                CommandLineRun.of("train", "--config", config.toString(), "--out", out.toString()),
                "of an earlier run");
        CommandLineRun again = CommandLineRun.of(
                "train", "--config", config.toString(), "--out", out.toString(), "--resume", "--max-minutes", "0.005");
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("resumed at step"), again.out());
    }

    @Test
    void aReportShowsTheWholeRunAlsoAfterResuming() throws IOException {
        Path out = folder.resolve("out");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"steps\": 100000", "\"steps\": 12, \"warmup_steps\": 1, \"evaluate_every\": 4"));
        for (int part = 0; part < 2; part++) {
            CommandLineRun run = CommandLineRun.of(
                    "train", "--config", config.toString(), "--out", out.toString(), "--resume", "--report");
            assertEquals(0, run.code(), run.err());
            assertTrue(run.out().contains(" images/s, 0 s left") || part == 1, run.out());
        }
        String page = Files.readString(out.resolve("report.html"));
        assertTrue(page.contains("finished 12 steps"), "the state");
        for (String curve : List.of("loss", "learning rate", "grad_norm", "images_per_second", "evaluation: ")) {
            assertTrue(page.contains("<img alt=\"" + curve), curve);
        }
        Matcher picture = Pattern.compile("base64,([^\"]+)").matcher(page);
        int pictures = 0;
        while (picture.find()) {
            byte[] png = Base64.getDecoder().decode(picture.group(1));
            assertEquals(640, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
            pictures++;
        }
        assertTrue(pictures >= 5);
        assertFalse(page.contains("http"), "nothing is loaded from elsewhere");
    }

    @Test
    void badInputIsOneSentence() throws IOException {
        assertRefused(CommandLineRun.of("train"), "--config");
        assertRefused(
                CommandLineRun.of("train", "--config", "nowhere.json"), "there is no configuration file nowhere.json");
        Path wrong = Files.writeString(folder.resolve("wrong.json"), "{\"kind\": \"autoencoder\", \"vea\": \"x\"}");
        assertRefused(CommandLineRun.of("train", "--config", wrong.toString()), "did you mean 'vae'?");
        assertRefused(
                CommandLineRun.of(
                        "train",
                        "--config",
                        config.toString(),
                        "--out",
                        folder.resolve("small.json").toString()),
                "cannot make the folder");
        assertRefused(
                CommandLineRun.of("train", "--config", config.toString(), "--device", "tpu"), "unknown device 'tpu'");
    }

    /** Where there is a GPU and a libtorch for it, this does not hold. */
    @Test
    void aDeviceThatIsNotThereIsOneSentence() throws IOException {
        Path named = folder.resolve("cuda.json");
        Files.writeString(
                named,
                Files.readString(config)
                        .replace("\"steps\": 100000", "\"steps\": 2, \"warmup_steps\": 0, \"device\": \"cuda:1\""));
        String out = folder.resolve("out").toString();
        assertRefused(CommandLineRun.of("train", "--config", named.toString(), "--out", out), "there is no cuda:1: ");
        assertRefused(
                CommandLineRun.of("train", "--config", config.toString(), "--out", out, "--device", "cuda"),
                "there is no cuda:0: ");
        CommandLineRun run = CommandLineRun.of("train", "--config", named.toString(), "--out", out, "--device", "cpu");
        assertEquals(0, run.code(), run.err());
        for (String wrong : List.of("gpu", "cuda:x")) {
            Path file = Files.writeString(
                    folder.resolve("wrong.json"), Files.readString(named).replace("cuda:1", wrong));
            assertRefused(
                    CommandLineRun.of("train", "--config", file.toString()),
                    "training: unknown device '" + wrong + "'");
        }
        Path file = Files.writeString(
                folder.resolve("wrong.json"),
                Files.readString(named).replace("\"cuda:1\"", "\"cpu\", \"precision\": \"float16\""));
        assertRefused(CommandLineRun.of("train", "--config", file.toString()), "precision");
        Files.writeString(file, Files.readString(named).replace("\"cuda:1\"", "\"cpu\", \"checkpointing\": true"));
        assertRefused(
                CommandLineRun.of("train", "--config", file.toString()),
                "for the kinds joint, language and diffusion; leave them out of a configuration of kind autoencoder");
    }

    /** SIGTERM, as Ctrl-C, lets the run finish its step; only the exit code is another. */
    @Test
    void aSignalEndsARunWithACheckpoint() throws Exception {
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dai.djl.offline=true",
                        "-DOPT_OUT_TRACKING=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "train",
                        "--config",
                        config.toString(),
                        "--out",
                        out.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.exists(out.resolve("train.jsonl")) && process.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        process.destroy();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it ends");
        assertEquals(1, checkpoints(out).size(), Files.readString(folder.resolve("log")));
        try (Stream<Path> all = Files.walk(out)) {
            assertTrue(all.noneMatch(p -> p.getFileName().toString().startsWith(".")), "nothing half-written");
        }
        assertEquals(143, process.exitValue());
    }
}
