package dev.tandem.llm.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.decode.BeamSettings.EarlyStopping;
import dev.tandem.llm.decode.GenerationSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code generation_config.json}: how the people who published a model would have it write. */
public final class GenerationConfigFile {

    private static final String NAME = "generation_config.json";

    private GenerationConfigFile() {}

    /**
     * The settings of a model folder, as transformers' {@code generate} takes them when nothing else is said: tokens are drawn only where
     * {@code do_sample} is true, and a value of null switches a rule off. Ends of text and rules for single tokens are not part of them.
     *
     * @return empty where the folder has no such file
     * @throws WeightException if a value is none that can be used
     */
    public static Optional<GenerationSettings> read(Path folder) {
        return file(folder).map(file -> parsed(file, GenerationConfigFile::settings));
    }

    /** The tokens that end a text; empty where the file names none. */
    public static List<Integer> stopIds(Path folder) {
        return file(folder)
                .map(file -> parsed(file, json -> Fields.tokens(json, "eos_token_id", List.of())))
                .orElse(List.of());
    }

    private static Optional<Path> file(Path folder) {
        return ModelFolder.of(folder).file(NAME);
    }

    private static <T> T parsed(Path file, Function<JsonNode, T> parse) {
        try {
            return Fields.read(file, parse);
        } catch (IllegalArgumentException e) {
            throw new WeightException(e.getMessage() == null ? file + " is damaged" : e.getMessage(), e);
        }
    }

    static GenerationSettings settings(JsonNode json) {
        GenerationSettings.Builder settings = GenerationSettings.builder()
                .sample(Fields.flag(json, "do_sample", false))
                .temperature(value(json, "temperature", 1, 1))
                .topK(count(json, "top_k", 50, 0))
                .topP(value(json, "top_p", 1, 1))
                .minP(value(json, "min_p", 0, 0))
                .beams(count(json, "num_beams", 1, 1))
                .lengthPenalty(value(json, "length_penalty", 1, 1))
                .earlyStopping(earlyStopping(json.path("early_stopping")))
                .repetitionPenalty(value(json, "repetition_penalty", 1, 1))
                .noRepeatNgramSize(count(json, "no_repeat_ngram_size", 0, 0));
        if (json.hasNonNull("max_new_tokens")) {
            settings.maxNewTokens(Fields.size(json, "max_new_tokens"));
        }
        return settings.build();
    }

    private static double value(JsonNode json, String name, double absent, double off) {
        return json.path(name).isNull() ? off : Fields.number(json, name, absent);
    }

    private static int count(JsonNode json, String name, int absent, int off) {
        double value = value(json, name, absent, off);
        if (value < 0 || value > Integer.MAX_VALUE || value != Math.rint(value)) {
            throw new IllegalArgumentException(name + " must be a whole number of at least 0, got " + json.path(name));
        }
        return (int) value;
    }

    private static EarlyStopping earlyStopping(JsonNode value) {
        if (value.isTextual() && value.asText().equals("never")) {
            return EarlyStopping.NEVER;
        }
        if (!value.isBoolean() && !value.isNull() && !value.isMissingNode()) {
            throw new IllegalArgumentException("early_stopping must be true, false or \"never\", got " + value);
        }
        return value.asBoolean() ? EarlyStopping.FIRST_FINISHED : EarlyStopping.HEURISTIC;
    }
}
