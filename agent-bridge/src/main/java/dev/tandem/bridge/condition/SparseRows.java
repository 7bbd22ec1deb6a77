package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.bridge.vocab.SparseTransform;
import dev.tandem.bridge.vocab.SparseTransform.Column;
import dev.tandem.bridge.vocab.SparseTransform.Row;
import dev.tandem.bridge.vocab.SparseTransform.Source;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Q for {@link SparseTransform}s: gathers the entries of y that the captions' rows draw on, sums them to one scalar a row, and
 * multiplies it by the sum of the row's columns of E. The largest tensor is [P, R, J, d] with R rows (1 where all positions share one)
 * and J columns a row: at most n + m rows of E for each caption.
 *
 * @param embeddings E [V_S, d]
 */
record SparseRows(Tensor embeddings) implements SoftRows {

    @Override
    public @Nullable Recorded rows(Relaxed relaxed, List<AlignedCaption> captions, int length) {
        List<SparseTransform> transforms =
                captions.stream().map(c -> (SparseTransform) c.transform()).toList();
        boolean shared = transforms.stream().allMatch(SparseTransform::shared);
        int sources = widest(transforms, true);
        int columns = widest(transforms, false);
        if (sources == 0 || columns == 0) {
            return null;
        }
        int count = captions.size();
        int rows = shared ? 1 : length;
        long vocabulary = relaxed.soft().size(1);
        long[] entries = new long[count * rows * sources];
        float[] entryWeights = new float[entries.length];
        long[] tokens = new long[count * rows * columns];
        float[] tokenWeights = new float[tokens.length];
        float[] present = new float[count * length];
        int first = 0;
        for (int p = 0; p < count; p++) {
            List<Row> own = transforms.get(p).rows();
            for (int k = 0; k < own.size(); k++) {
                int at = (p * rows + k) * sources;
                for (Source source : own.get(k).sources()) {
                    entries[at] = (first + source.position()) * vocabulary + source.token();
                    entryWeights[at++] = source.weight();
                }
                at = (p * rows + k) * columns;
                for (Column column : own.get(k).columns()) {
                    tokens[at] = column.token();
                    tokenWeights[at++] = column.weight();
                }
            }
            Arrays.fill(present, p * length, p * length + captions.get(p).diffusionLength(), 1);
            first += captions.get(p).llmLength();
        }
        TensorEngine engine = embeddings.engine();
        float[] values = relaxed.values(entries);
        Tensor drawn = engine.tensor(values, values.length).requiresGrad(true);
        Tensor scalars = drawn.mul(engine.tensor(entryWeights, entryWeights.length))
                .reshape(count, rows, sources)
                .sum(2, true);
        Tensor vectors = embeddings
                .embedding(engine.tensor(tokens, count, rows, columns))
                .mul(engine.tensor(tokenWeights, count, rows, columns, 1))
                .sum(2, false);
        return new Recorded(
                scalars.mul(vectors).mul(engine.tensor(present, count, length, 1)),
                () -> relaxed.gradient(entries, values, returned(drawn)));
    }

    private static float[] returned(Tensor drawn) {
        Tensor gradient = drawn.grad();
        return gradient == null ? new float[Math.toIntExact(drawn.size(0))] : gradient.toFloatArray();
    }

    private static int widest(List<SparseTransform> transforms, boolean sources) {
        return transforms.stream()
                .flatMap(t -> t.rows().stream())
                .mapToInt(row -> sources ? row.sources().size() : row.columns().size())
                .max()
                .orElse(0);
    }
}
