package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.TrainResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joint training from a configuration file, with real models of the smallest sizes. */
class JointTrainingTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final int STEPS = 8;

    @TempDir
    static Path folder;

    private static Path config;

    @BeforeAll
    static void model() throws IOException {
        TinyModelFolder.write(ENGINE, folder.resolve("tiny"));
        config = folder.resolve("joint.json");
        Files.writeString(config, """
                {
                  "kind": "joint",
                  "model": "%s",
                  "bridge": {"matrix": "word", "temperature": {"end": 0.1, "steps": 6}}, "caption_dropout": 0.2,
                  // small and quick
                  "data": {"dialogues": 60, "held_out": 6, "batch": 3, "max_tokens": 200},
                  "training": {"steps": %d, "warmup_steps": 2, "learning_rate": 1e-3, "log_every": 1,
                               "checkpoint_every": 4, "evaluate_every": 4, "ema_decay": 0.9}
                }
                """.formatted(folder.resolve("tiny"), STEPS));
    }

    private static TrainResult run(Path out, boolean resume, int stopAfter) {
        AtomicInteger asked = new AtomicInteger();
        return TrainingRun.of(config, out, resume, 0, false)
                .run(ENGINE, new TrainListener() {}, () -> asked.getAndIncrement() >= stopAfter);
    }

    private static List<JsonNode> log(Path out) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve(TrainingRun.LOG))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void aResumedRunEqualsOneThatNeverStopped() throws IOException {
        Path whole = folder.resolve("whole");
        assertEquals(
                TrainResult.Outcome.FINISHED,
                run(whole, false, Integer.MAX_VALUE).outcome());
        Path parts = folder.resolve("parts");
        assertEquals(TrainResult.Outcome.INTERRUPTED, run(parts, false, 3).outcome());
        assertEquals(
                TrainResult.Outcome.FINISHED,
                run(parts, true, Integer.MAX_VALUE).outcome());
        for (String file : List.of(
                "checkpoint-8/parameters.safetensors",
                "checkpoint-8/moments.safetensors",
                "checkpoint-8/average.safetensors",
                "model/llm/model.safetensors",
                "model/unet/diffusion_pytorch_model.safetensors")) {
            assertArrayEquals(Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(parts.resolve(file)), file);
        }
        List<JsonNode> lines = log(whole);
        List<JsonNode> again = log(parts);
        assertEquals(lines.size(), again.size());
        boolean photos = false;
        for (int i = 0; i < lines.size(); i++) {
            for (String field : List.of(
                    "step",
                    "loss",
                    "loss_t",
                    "loss_v",
                    "grad_norm",
                    "tau",
                    "usable_rows",
                    "caption_right",
                    "evaluation")) {
                assertEquals(lines.get(i).path(field), again.get(i).path(field), field + " in line " + (i + 1));
            }
            photos |= lines.get(i).path("photos").asInt() > 0;
        }
        assertTrue(photos);
        assertTrue(Files.exists(whole.resolve("model/agent.json")));
        assertTrue(Files.exists(whole.resolve("model/vae/config.json")));
    }

    @Test
    void whatTheConfigurationSaysWrongIsOneSentence() throws IOException {
        Path wrong = folder.resolve("wrong.json");
        for (String[] example : new String[][] {
            {"{\"kind\": \"jiont\"}", "unknown kind 'jiont'"},
            {"{\"kind\": \"joint\"}", "joint training needs 'model'"},
            {"{\"kind\": \"joint\", \"model\": \"nowhere\"}", "nowhere is no model folder"},
            {"{\"kind\": \"joint\", \"model\": \"m\", \"bridge\": {\"matrx\": \"word\"}}", "did you mean 'matrix'?"},
            {
                "{\"kind\": \"joint\", \"model\": \"m\", \"bridge\": {\"temperature\": {\"start\": 0.1, \"end\": 1}}}",
                "the temperature falls"
            },
        }) {
            Files.writeString(wrong, example[0]);
            RuntimeException e = assertThrows(
                    RuntimeException.class,
                    () -> TrainingRun.of(wrong, folder.resolve("none"), false, 0, false)
                            .run(ENGINE, new TrainListener() {}, () -> false));
            assertTrue(String.valueOf(e.getMessage()).contains(example[1]), e.getMessage());
        }
    }
}
