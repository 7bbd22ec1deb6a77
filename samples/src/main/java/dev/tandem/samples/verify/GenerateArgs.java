package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.llm.decode.BeamSettings;
import dev.tandem.llm.decode.BeamSettings.EarlyStopping;
import dev.tandem.llm.decode.LogitRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings of transformers' {@code generate} that a case may have.
 *
 * @param rules what changes the scores
 * @param beams settings of the beam search, or null for greedy decoding
 * @param maxNewTokens bound
 * @param padId fills rows after their end
 */
record GenerateArgs(LogitRules rules, @Nullable BeamSettings beams, int maxNewTokens, int padId) {

    private static final Set<String> KNOWN = Set.of(
            "do_sample",
            "max_new_tokens",
            "max_length",
            "num_beams",
            "length_penalty",
            "early_stopping",
            "num_return_sequences",
            "eos_token_id",
            "pad_token_id",
            "bos_token_id",
            "repetition_penalty",
            "no_repeat_ngram_size",
            "bad_words_ids",
            "min_length",
            "min_new_tokens",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "sequence_bias",
            "encoder_repetition_penalty",
            "encoder_no_repeat_ngram_size",
            "exponential_decay_length_penalty",
            "renormalize_logits",
            "remove_invalid_values",
            "suppress_tokens",
            "begin_suppress_tokens",
            "use_cache");

    static GenerateArgs parse(JsonNode args, int promptLength) {
        refuseUnknown(args);
        List<Integer> stops = ids(args.path("eos_token_id"));
        int beams = args.path("num_beams").asInt(1);
        JsonNode pad = args.path("pad_token_id");
        return new GenerateArgs(
                LogitRules.builder()
                        .stopIds(stops)
                        .biases(biases(args.path("sequence_bias")))
                        .promptPenalty(args.path("encoder_repetition_penalty").asDouble(1))
                        .repetitionPenalty(args.path("repetition_penalty").asDouble(1))
                        .noRepeatNgramSize(args.path("no_repeat_ngram_size").asInt(0))
                        .noPromptNgramSize(
                                args.path("encoder_no_repeat_ngram_size").asInt(0))
                        .badWords(words(args.path("bad_words_ids")))
                        .minLength(args.path("min_length").asInt(0))
                        .minNewTokens(args.path("min_new_tokens").asInt(0))
                        .forcedBeginId(
                                args.hasNonNull("forced_bos_token_id")
                                        ? args.path("forced_bos_token_id").asInt()
                                        : null)
                        .forcedEndIds(ids(args.path("forced_eos_token_id")))
                        .endGrowth(endGrowth(args.path("exponential_decay_length_penalty")))
                        .suppressedIds(ids(args.path("suppress_tokens")))
                        .suppressedAtBegin(ids(args.path("begin_suppress_tokens")))
                        .renormalised(args.path("renormalize_logits").asBoolean(false))
                        .build(),
                beams == 1 ? null : beams(args, beams),
                args.hasNonNull("max_new_tokens")
                        ? args.path("max_new_tokens").asInt()
                        : args.path("max_length").asInt(20) - promptLength,
                pad.isInt() ? pad.asInt() : stops.isEmpty() ? 0 : stops.get(0));
    }

    private static void refuseUnknown(JsonNode args) {
        Set<String> unknown = new TreeSet<>();
        args.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new ParityMismatch("the settings " + unknown + " of generate are not supported");
        }
        if (args.path("do_sample").asBoolean(false)) {
            throw new ParityMismatch("do_sample is true; drawn tokens can't be compared between random generators");
        }
    }

    private static LogitRules.@Nullable EndGrowth endGrowth(JsonNode pair) {
        return pair.isArray()
                ? new LogitRules.EndGrowth(pair.path(0).asInt(), pair.path(1).asDouble())
                : null;
    }

    /** Pairs of tokens and a number; JSON has no other keys than texts. */
    private static List<LogitRules.Bias> biases(JsonNode pairs) {
        List<LogitRules.Bias> biases = new ArrayList<>();
        pairs.forEach(pair ->
                biases.add(new LogitRules.Bias(ids(pair.path(0)), pair.path(1).asDouble())));
        return biases;
    }

    private static BeamSettings beams(JsonNode args, int beams) {
        if (args.path("encoder_repetition_penalty").asDouble(1) != 1) {
            throw new ParityMismatch("encoder_repetition_penalty with beams is not supported;"
                    + " the reference then takes the prompts of other rows");
        }
        JsonNode early = args.path("early_stopping");
        EarlyStopping stopping = early.asText().equals("never")
                ? EarlyStopping.NEVER
                : early.asBoolean(false) ? EarlyStopping.FIRST_FINISHED : EarlyStopping.HEURISTIC;
        return new BeamSettings(
                beams,
                args.path("length_penalty").asDouble(1),
                stopping,
                args.path("num_return_sequences").asInt(1));
    }

    private static List<Integer> ids(JsonNode node) {
        List<Integer> ids = new ArrayList<>();
        if (node.isInt()) {
            ids.add(node.asInt());
        }
        node.forEach(id -> ids.add(id.asInt()));
        return ids;
    }

    private static List<List<Integer>> words(JsonNode node) {
        List<List<Integer>> words = new ArrayList<>();
        node.forEach(word -> words.add(ids(word)));
        return words;
    }
}
