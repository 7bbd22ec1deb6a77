package dev.tandem.llm.model;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;

/**
 * Rotary positions (Su et al. 2021): position p turns the pair (x_i, x_{i + d/2}) by the angle p · θ^(-2i/d).
 *
 * <p>Cosines and sines of the positions seen so far are kept in tables that belong to the model's scope and grow by doubling.
 * Frequencies and angles are computed in float32 and in the order of transformers' {@code modeling_rope_utils}, because at position
 * 10,000 an error of one unit in the last place already shows in the logits.
 */
final class Rope {

    /** Cosine and sine, each [1 or B, 1, T, headDim]. */
    record Angles(Tensor cos, Tensor sin) {}

    private static final int FIRST_POSITIONS = 512;

    private final TensorEngine engine;
    private final Scope scope;
    private final int headDim;
    private final double theta;
    private final RopeScaling scaling;
    private final int maxPositions;
    private final float[] frequencies;
    private final float attentionFactor;
    private volatile Angles tables;

    /**
     * Makes the table of the first positions.
     *
     * @param scope owns the tables; closed by the model
     */
    Rope(TensorEngine engine, LlamaConfig config, Scope scope) {
        this.engine = engine;
        this.scope = scope;
        this.headDim = config.headDim();
        this.theta = config.ropeTheta();
        this.scaling = config.ropeScaling();
        this.maxPositions = config.maxPositionEmbeddings();
        this.frequencies = RopeFrequencies.of(headDim, theta, scaling, maxPositions, 1);
        this.attentionFactor = RopeFrequencies.attentionFactor(scaling);
        this.tables = adopt(table(frequencies, 0, Math.min(FIRST_POSITIONS, maxPositions)));
    }

    /** Longer sequences have frequencies of their own. */
    private int usualLength() {
        if (scaling instanceof RopeScaling.LongRope longRope) {
            return longRope.originalMaxPositions();
        }
        return scaling instanceof RopeScaling.Dynamic ? maxPositions : Integer.MAX_VALUE;
    }

    /** Angles of positions {@code start} to {@code start + length}. */
    Angles at(int start, int length) {
        int end = start + length;
        if (end > usualLength()) {
            return table(RopeFrequencies.of(headDim, theta, scaling, maxPositions, end), start, length);
        }
        Angles known = tables;
        if (known.cos().size(2) < end) {
            known = grow(end);
        }
        return new Angles(known.cos().narrow(2, start, length), known.sin().narrow(2, start, length));
    }

    /**
     * Angles of rows that begin at different positions.
     *
     * @param positions row-major, of {@code rows} rows
     * @param longest real tokens of the longest row, which {@link RopeScaling.Dynamic} and {@link RopeScaling.LongRope} look at
     * @return cosine and sine, each [rows, 1, T, headDim]
     */
    Angles at(long[] positions, int rows, int longest) {
        Angles known = at(0, longest);
        int columns = positions.length / rows;
        Tensor index = engine.tensor(positions, positions.length);
        return new Angles(pick(known.cos(), index, rows, columns), pick(known.sin(), index, rows, columns));
    }

    private Tensor pick(Tensor table, Tensor index, int rows, int columns) {
        return table.indexSelect(2, index).reshape(rows, 1, columns, headDim);
    }

    private synchronized Angles grow(int positions) {
        long size = tables.cos().size(2);
        if (size < positions) {
            // the old tables stay until the model is closed: another thread may be reading them
            tables = adopt(table(frequencies, 0, Math.toIntExact(Math.max(positions, 2 * size))));
        }
        return tables;
    }

    private Angles adopt(Angles angles) {
        return new Angles(scope.adopt(angles.cos()), scope.adopt(angles.sin()));
    }

    private Angles table(float[] frequencies, int start, int length) {
        float[] cos = new float[Math.multiplyExact(length, headDim)];
        float[] sin = new float[cos.length];
        int half = headDim / 2;
        for (int p = 0; p < length; p++) {
            for (int i = 0; i < half; i++) {
                float angle = frequencies[i] * (start + p);
                int at = p * headDim + i;
                cos[at] = (float) Math.cos(angle) * attentionFactor;
                sin[at] = (float) Math.sin(angle) * attentionFactor;
                cos[at + half] = cos[at];
                sin[at + half] = sin[at];
            }
        }
        return new Angles(engine.tensor(cos, 1, 1, length, headDim), engine.tensor(sin, 1, 1, length, headDim));
    }
}
