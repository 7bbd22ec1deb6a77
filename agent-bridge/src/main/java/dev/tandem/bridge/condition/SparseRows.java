package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.bridge.vocab.SparseTransform;
import dev.tandem.bridge.vocab.SparseTransform.Column;
import dev.tandem.bridge.vocab.SparseTransform.Row;
import dev.tandem.bridge.vocab.SparseTransform.Source;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Back through Q for {@link SparseTransform}s. A row of Q is one scalar, the sum of the entries of y that it draws on, times a vector, the sum
 * of its columns of E; so what comes back to each of these entries is the product of that vector with the row's gradient. The largest tensor is
 * [P, R, J, d] with R rows (1 where all positions share one) and J columns a row: at most n + m rows of E for each caption.
 *
 * @param embeddings E [V_S, d]
 */
record SparseRows(Tensor embeddings) implements SoftRows {

    @Override
    public @Nullable Function<Tensor, LogitGradient> back(Relaxed relaxed, List<AlignedCaption> captions, int length) {
        List<SparseTransform> transforms =
                captions.stream().map(c -> (SparseTransform) c.transform()).toList();
        int sources = transforms.stream()
                .flatMap(t -> t.rows().stream())
                .mapToInt(row -> row.sources().size())
                .sum();
        int columns = transforms.stream()
                .flatMap(t -> t.rows().stream())
                .mapToInt(row -> row.columns().size())
                .max()
                .orElse(0);
        if (sources == 0 || columns == 0) {
            return null;
        }
        boolean shared = transforms.stream().allMatch(SparseTransform::shared);
        Tensor vectors = vectors(transforms, shared ? 1 : length, columns);
        return gradient -> {
            float[] scalars = scalars(captions, vectors, gradient, shared);
            long[] entries = new long[sources];
            float[] gradients = new float[sources];
            entries(captions, relaxed.vocabulary(), shared ? 1 : length, scalars, entries, gradients);
            return relaxed.gradient(entries, relaxed.values(entries), gradients);
        };
    }

    /** The sum of each row's columns, [P, R, d]. */
    private Tensor vectors(List<SparseTransform> transforms, int rows, int columns) {
        int count = transforms.size() * rows;
        long[] tokens = new long[count * columns];
        float[] weights = new float[tokens.length];
        for (int p = 0; p < transforms.size(); p++) {
            List<Row> own = transforms.get(p).rows();
            for (int k = 0; k < own.size(); k++) {
                int at = (p * rows + k) * columns;
                for (Column column : own.get(k).columns()) {
                    tokens[at] = column.token();
                    weights[at++] = column.weight();
                }
            }
        }
        TensorEngine engine = embeddings.engine();
        try (Scope scope = engine.scope()) {
            Tensor summed = engine.tensor(weights, count, 1, columns)
                    .matmul(embeddings.embedding(engine.tensor(tokens, count, columns)))
                    .reshape(transforms.size(), rows, -1);
            return scope.keep(summed.detach());
        }
    }

    /** What comes back to each row's scalar, [P, R]. */
    private static float[] scalars(List<AlignedCaption> captions, Tensor vectors, Tensor gradient, boolean shared) {
        try (Scope scope = vectors.engine().scope()) {
            if (!shared) { // rows of padding are zero
                return gradient.mul(vectors).sum(2, false).toFloatArray();
            }
            int length = Math.toIntExact(gradient.size(1));
            float[] each = gradient.matmul(vectors.transpose(1, 2)).toFloatArray(); // [P, S, 1]
            float[] scalars = new float[captions.size()];
            for (int p = 0; p < scalars.length; p++) {
                for (int k = 0; k < captions.get(p).diffusionLength(); k++) {
                    scalars[p] += each[p * length + k];
                }
            }
            return scalars;
        }
    }

    /** Which entries of y the rows draw on, and what comes back to these. */
    private static void entries(
            List<AlignedCaption> captions,
            long vocabulary,
            int rows,
            float[] scalars,
            long[] entries,
            float[] gradients) {
        int at = 0;
        int first = 0;
        for (int p = 0; p < captions.size(); p++) {
            List<Row> own = ((SparseTransform) captions.get(p).transform()).rows();
            for (int k = 0; k < own.size(); k++) {
                float scalar = scalars[p * rows + k];
                for (Source source : own.get(k).sources()) {
                    entries[at] = (first + source.position()) * vocabulary + source.token();
                    gradients[at++] = scalar * source.weight();
                }
            }
            first += captions.get(p).llmLength();
        }
    }
}
