package dev.tandem.core.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.config.ConfigReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainConfigTest {

    private static TrainConfig parse(String json) {
        return ConfigReader.parse(json, "train.json", TrainConfig.class);
    }

    @Test
    void readsCommentsAndDefaults() {
        TrainConfig config = parse("""
                {
                  // a short run
                  "steps": 2000, /* optimizer steps */
                  "schedule": "cosine",
                }
                """);
        assertEquals(TrainConfig.builder().steps(2000).schedule(Schedule.COSINE).build(), config);
        assertEquals(config, config.toBuilder().build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"learning_rat\": 1} | unknown field 'learning_rat'; did you mean 'learning_rate'?",
                "{\"steps\": 0} | steps must be at least 1, got 0",
                "{\"steps\": 10, \"warmup_steps\": 10, \"schedule\": \"linear\"} | warmup_steps must be below steps (10)",
                "{\"steps\": \"ten\"} | train.json: steps",
                "{\"steps\": 1, \"steps\": 2} | Duplicate field 'steps'",
                "{\"steps\": 1 | train.json",
                "{\"schedule\": \"cosinus\"} | schedule",
                "{\"schedule\": \"plateau\"} | come together",
                "{\"plateau\": {\"metric\": \"loss\"}} | evaluate_every must be above 0, got 0",
                "{\"early_stopping\": {\"patience\": 2}} | early_stopping needs 'metric'",
                "{\"early_stopping\": {\"metric\": \"a\", \"patience\": 0}} | patience must be at least 1, got 0",
                "{\"early_stopping\": {\"metric\": \"a\", \"min_delta\": -1}} | min_delta must not be negative",
                "{\"plateau\": {\"metric\": \"a\", \"factor\": 1}} | factor must be above 0 and below 1, got 1.0",
                "{\"steps\": null} | steps",
                "{\"precision\": \"float16\"} | precision",
                "{\"checkpointing\": \"some\"} | checkpointing",
                "{\"device\": \"gpu\"} | training: unknown device 'gpu'; use cpu, cuda or cuda:N",
                "null | null is no configuration",
            })
    void refusesWithASentence(String json, String sentence) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> parse(json)).getMessage();
        assertTrue(message.contains(sentence), message);
    }

    @Test
    void aMissingFileIsOneSentence() {
        Path file = Path.of("no-such-file.json");
        assertEquals(
                "there is no configuration file no-such-file.json",
                assertThrows(IllegalArgumentException.class, () -> ConfigReader.read(file, TrainConfig.class))
                        .getMessage());
    }

    @Test
    void schedules() {
        TrainConfig cosine = TrainConfig.builder()
                .steps(110)
                .warmupSteps(10)
                .learningRate(1)
                .schedule(Schedule.COSINE)
                .finalFactor(0.2)
                .build();
        assertEquals(0.1, cosine.learningRateAt(1), 1e-12);
        assertEquals(1, cosine.learningRateAt(10), 1e-12);
        assertEquals(0.6, cosine.learningRateAt(60), 1e-12);
        assertEquals(0.2, cosine.learningRateAt(110), 1e-12);
        TrainConfig linear = cosine.toBuilder().schedule(Schedule.LINEAR).build();
        assertEquals(0.8, linear.learningRateAt(35), 1e-12);
        TrainConfig constant = cosine.toBuilder().schedule(Schedule.CONSTANT).build();
        assertEquals(1, constant.learningRateAt(110), 1e-12);
    }
}
