package dev.tandem.samples.probe;

import dev.tandem.bridge.vocab.CaptionPair;
import dev.tandem.bridge.vocab.MappedTransform;
import dev.tandem.bridge.vocab.SparseTransform;
import dev.tandem.bridge.vocab.SparseTransform.Column;
import dev.tandem.bridge.vocab.SparseTransform.Row;
import dev.tandem.bridge.vocab.SparseTransform.Source;
import dev.tandem.bridge.vocab.VocabularyAlignment;
import dev.tandem.bridge.vocab.VocabularyTransform;

/**
 * The first-order change of L_v through a matrix: {@code g[i, v] - g[i, current]}, where {@code g = dL_v/dy} comes from the gradient G of
 * the text encoder's input by {@code g[i, v] = Σ_k G[k] · dQ[k]/dy[i, v]} (equation 5).
 */
final class Predictions {

    private final ProbedModel model;
    private final CaptionPair pair;
    private final VocabularyTransform transform;

    Predictions(ProbedModel model, CaptionPair pair, VocabularyAlignment alignment) {
        this.model = model;
        this.pair = pair;
        this.transform = alignment.align(pair);
    }

    /** The change that {@code gradient} [S * d] predicts where position i says {@code other}. */
    double change(float[] gradient, int position, int other) {
        return entry(gradient, position, other)
                - entry(gradient, position, pair.llm().ids().get(position));
    }

    private double entry(float[] gradient, int position, int token) {
        if (transform instanceof MappedTransform mapped) {
            float[] meant = model.meant(token);
            double sum = 0;
            for (int k = 0; k < mapped.weights().size(); k++) {
                float weight = mapped.weights().get(k)[position];
                sum += weight == 0 ? 0 : weight * Vectors.dot(row(gradient, k), meant);
            }
            return sum;
        }
        SparseTransform sparse = (SparseTransform) transform;
        double sum = 0;
        for (int r = 0; r < sparse.rows().size(); r++) {
            Row row = sparse.rows().get(r);
            double weight = 0;
            for (Source source : row.sources()) {
                weight += source.position() == position && source.token() == token ? source.weight() : 0;
            }
            if (weight != 0) {
                sum += weight * pushed(sparse.shared() ? all(gradient) : row(gradient, r), row);
            }
        }
        return sum;
    }

    private double pushed(float[] gradient, Row row) {
        double sum = 0;
        for (Column column : row.columns()) {
            sum += column.weight() * Vectors.dot(gradient, model.vector(column.token()));
        }
        return sum;
    }

    /** Σ_k G[k] over the caption's m positions. */
    private float[] all(float[] gradient) {
        float[] sum = new float[model.width()];
        for (int k = 0; k < pair.diffusion().ids().size(); k++) {
            Vectors.add(sum, row(gradient, k), 1);
        }
        return sum;
    }

    private float[] row(float[] gradient, int k) {
        int width = model.width();
        float[] row = new float[width];
        System.arraycopy(gradient, k * width, row, 0, width);
        return row;
    }
}
