package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.bridge.vocab.LexicalMap;
import dev.tandem.bridge.vocab.MappedTransform;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Back through Q for {@link MappedTransform}s: {@code Q = w (y (M E))}. M E [V_L, d], the language model's tokens in the text encoder's space, is
 * summed from rows of E once; it is as large as a table of the language model's own embeddings would be.
 */
final class MappedRows implements SoftRows {

    /** Rows of M E that are summed at a time. */
    private static final int PART = 4096;

    private final Tensor table;

    /**
     * Sums the table, which belongs to the scope that is current now.
     *
     * @param embeddings E [V_S, d]
     */
    MappedRows(Tensor embeddings, LexicalMap map) {
        TensorEngine engine = embeddings.engine();
        int width = Math.max(1, map.widest());
        try (Scope scope = engine.scope()) {
            List<Tensor> parts = new ArrayList<>();
            for (int start = 0; start < map.rows().size(); start += PART) {
                List<Map<Integer, Float>> rows = map.rows()
                        .subList(start, Math.min(start + PART, map.rows().size()));
                parts.add(sum(embeddings, rows, width));
            }
            table = scope.keep(engine.cat(parts, 0));
        }
    }

    private static Tensor sum(Tensor embeddings, List<Map<Integer, Float>> rows, int width) {
        long[] tokens = new long[rows.size() * width];
        float[] weights = new float[tokens.length];
        for (int i = 0; i < rows.size(); i++) {
            int at = i * width;
            for (Map.Entry<Integer, Float> entry : rows.get(i).entrySet()) {
                tokens[at] = entry.getKey();
                weights[at++] = entry.getValue();
            }
        }
        TensorEngine engine = embeddings.engine();
        try (Scope scope = engine.scope()) {
            Tensor summed = embeddings
                    .embedding(engine.tensor(tokens, rows.size(), width))
                    .mul(engine.tensor(weights, rows.size(), width, 1))
                    .sum(1, false);
            return scope.keep(summed);
        }
    }

    @Override
    public Function<Tensor, LogitGradient> back(Relaxed relaxed, List<AlignedCaption> captions, int length) {
        int count = captions.size();
        int total = captions.stream().mapToInt(AlignedCaption::llmLength).sum();
        int longest =
                captions.stream().mapToInt(AlignedCaption::llmLength).max().orElse(0);
        long[] places = new long[total]; // of each row of y among P · longest
        float[] weights = new float[count * length * longest];
        int first = 0;
        for (int p = 0; p < count; p++) {
            List<float[]> own = ((MappedTransform) captions.get(p).transform()).weights();
            int n = captions.get(p).llmLength();
            for (int i = 0; i < n; i++) {
                places[first + i] = (long) p * longest + i;
            }
            for (int k = 0; k < own.size(); k++) {
                System.arraycopy(own.get(k), 0, weights, (p * length + k) * longest, n);
            }
            first += n;
        }
        return gradient -> {
            TensorEngine engine = table.engine();
            try (Scope scope = engine.scope()) {
                Tensor meant = engine.tensor(weights, count, length, longest)
                        .transpose(1, 2)
                        .matmul(gradient) // [P, longest, d]
                        .reshape((long) count * longest, -1)
                        .indexSelect(0, engine.tensor(places, total)); // of y (M E), [N, d]
                // a head may be padded beyond its tokenizer's vocabulary, and may lack tokens that are only read, such
                // as a picture's
                long spoken = Math.min(relaxed.vocabulary(), table.size(0));
                long more = relaxed.vocabulary() - spoken;
                Tensor known = meant.matmul(table.narrow(0, 0, spoken).transpose(0, 1)); // [N, spoken]
                Tensor all =
                        more == 0 ? known : engine.cat(List.of(known, engine.zeros(DType.FLOAT32, total, more)), 1);
                return new LogitGradient.Whole(scope.keep(relaxed.gradient(all).dense()));
            }
        };
    }
}
