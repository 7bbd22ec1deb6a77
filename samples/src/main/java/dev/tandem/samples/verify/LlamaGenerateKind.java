package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.llm.decode.BeamSearch;
import dev.tandem.llm.decode.BeamSearch.Found;
import dev.tandem.llm.decode.Generator;
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
        int[][] prompts = rows(parityCase.input("input_ids"));
        PaddingMask padding = LlamaForwardKind.padding(parityCase.input("attention_mask"));
        GenerateArgs args = GenerateArgs.parse(parityCase.args(), prompts[0].length);
        TensorEngine engine = parityCase.engine();
        try (Llama model = LlamaForwardKind.load(parityCase)) {
            if (args.beams() == null) {
                Generator generator = new Generator(model, args.rules(), Sampler.greedy());
                int[][] written = generator.generate(
                        prompts, padding, args.maxNewTokens(), args.padId(), new SplittableRandom(0));
                return Map.of("sequences", ids(engine, Arrays.asList(written)));
            }
            List<Found> found = new BeamSearch(model, args.rules(), args.beams())
                    .search(prompts, padding, args.maxNewTokens(), args.padId());
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
