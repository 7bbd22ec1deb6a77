package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.llm.decode.BeamSearch;
import dev.tandem.llm.decode.BeamSearch.Found;
import dev.tandem.llm.decode.BeamSettings;
import dev.tandem.llm.decode.BeamSettings.EarlyStopping;
import dev.tandem.llm.decode.Generator;
import dev.tandem.llm.decode.LogitRules;
import dev.tandem.llm.decode.Sampler;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.PaddingMask;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** {@code llama.generate}: token ids written greedily or by beam search, with the beams' scores. */
final class LlamaGenerateKind implements ParityKind {

    @Override
    public String kind() {
        return "llama.generate";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        if (args.path("do_sample").asBoolean()) {
            throw new ParityMismatch("drawn tokens can't be compared; do_sample must be false");
        }
        int[][] prompts = rows(parityCase.input("input_ids"));
        PaddingMask padding = LlamaForwardKind.padding(parityCase.input("attention_mask"));
        int maxNewTokens = args.path("max_new_tokens").asInt();
        int padId = args.path("pad_token_id").asInt();
        LogitRules rules = rules(args);
        TensorEngine engine = parityCase.engine();
        try (Llama model = LlamaForwardKind.load(parityCase)) {
            if (args.path("num_beams").asInt(1) == 1) {
                Generator generator = new Generator(model, rules, Sampler.greedy());
                int[][] written = generator.generate(prompts, padding, maxNewTokens, padId, new SplittableRandom(0));
                return Map.of("sequences", ids(engine, Arrays.asList(written)));
            }
            List<Found> found = new BeamSearch(model, rules, beams(args)).search(prompts, padding, maxNewTokens, padId);
            float[] scores = new float[found.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = found.get(i).score();
            }
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            outputs.put(
                    "sequences", ids(engine, found.stream().map(Found::tokens).toList()));
            outputs.put("sequences_scores", engine.tensor(scores, scores.length));
            return outputs;
        }
    }

    private static LogitRules rules(JsonNode args) {
        return LogitRules.builder()
                .stopIds(List.of(args.path("eos_token_id").asInt()))
                .repetitionPenalty(args.path("repetition_penalty").asDouble(1))
                .noRepeatNgramSize(args.path("no_repeat_ngram_size").asInt(0))
                .minLength(args.path("min_length").asInt(0))
                .minNewTokens(args.path("min_new_tokens").asInt(0))
                .build();
    }

    private static BeamSettings beams(JsonNode args) {
        JsonNode early = args.path("early_stopping");
        EarlyStopping stopping = early.asText().equals("never")
                ? EarlyStopping.NEVER
                : early.asBoolean() ? EarlyStopping.FIRST_FINISHED : EarlyStopping.HEURISTIC;
        return new BeamSettings(
                args.path("num_beams").asInt(),
                args.path("length_penalty").asDouble(1),
                stopping,
                args.path("num_return_sequences").asInt(1));
    }

    private static int[][] rows(Tensor ids) {
        long[] values = ids.toLongArray();
        int columns = Math.toIntExact(ids.size(1));
        int[][] rows = new int[Math.toIntExact(ids.size(0))][columns];
        for (int i = 0; i < values.length; i++) {
            rows[i / columns][i % columns] = Math.toIntExact(values[i]);
        }
        return rows;
    }

    private static Tensor ids(TensorEngine engine, List<int[]> rows) {
        long[] values =
                rows.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
        return engine.tensor(values, rows.size(), values.length / rows.size());
    }
}
