package dev.tandem.core.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Values of n rows among the logits [N, V] of a batch, such as those that predict captions. They are read where they lie, and with the normalizers that
 * the token loss has taken already, so that a few probabilities of them cost no softmax of their own. Nothing is recorded on a tape.
 *
 * <p>They are valid until the logits are overwritten.
 */
public final class LogitRows {

    private final Tensor all;
    private final long[] rows;
    private final @Nullable Tensor logSumExp; // [N]

    private LogitRows(Tensor all, long[] rows, @Nullable Tensor logSumExp) {
        if (all.rank() != 2) {
            throw new IllegalArgumentException("logits must be [N, V], got " + Arrays.toString(all.shape()));
        }
        this.all = all.detach();
        this.rows = rows;
        this.logSumExp = logSumExp;
    }

    /**
     * All rows.
     *
     * @param logits [n, V]
     */
    public static LogitRows of(Tensor logits) {
        return new LogitRows(logits, LongStream.range(0, logits.shape()[0]).toArray(), null);
    }

    /**
     * Some rows.
     *
     * @param logits [N, V]
     * @param rows n of the N
     * @param logSumExp {@link Tensor#logSumExp} of the logits, [N]
     */
    public static LogitRows of(Tensor logits, long[] rows, Tensor logSumExp) {
        return new LogitRows(logits, rows.clone(), logSumExp);
    }

    public TensorEngine engine() {
        return all.engine();
    }

    /** n. */
    public int count() {
        return rows.length;
    }

    /** V. */
    public long vocabulary() {
        return all.size(1);
    }

    /** Whether the log-sum-exp of the rows is there; else it is taken when it is asked for. */
    public boolean normalized() {
        return logSumExp != null;
    }

    /** log Σ exp of each row, [n]. */
    public Tensor logSumExp() {
        return logSumExp == null ? all.logSumExp() : logSumExp.indexSelect(0, indices(rows));
    }

    /** [n, V]: a copy, unless they are all. */
    public Tensor values() {
        return rows.length == all.size(0) && logSumExp == null ? all : all.indexSelect(0, indices(rows));
    }

    /** [k, V]: a copy of some, by their numbers below n. */
    public Tensor values(int[] some) {
        return all.indexSelect(
                0, indices(Arrays.stream(some).mapToLong(i -> rows[i]).toArray()));
    }

    /** The softmax of each row, [n, V]; the caller's own. */
    public Tensor softmax() {
        if (logSumExp == null) {
            return values().softmax(-1);
        }
        Tensor values = values();
        float[] ones = new float[rows.length];
        Arrays.fill(ones, 1);
        values.setScaledSoftmax(logSumExp(), engine().tensor(ones, ones.length));
        return values;
    }

    /** Largest of each row, int64 [n]; rows that follow each other, as a caption's do, are not copied. */
    public Tensor argmax() {
        List<Tensor> parts = new ArrayList<>();
        for (int start = 0; start < rows.length; ) {
            int end = start + 1;
            while (end < rows.length && rows[end] == rows[end - 1] + 1) {
                end++;
            }
            parts.add(all.narrow(0, rows[start], end - start).argmax(-1));
            start = end;
        }
        return parts.size() == 1 ? parts.get(0) : engine().cat(parts, 0);
    }

    /**
     * Single probabilities.
     *
     * @param entries places among the n rows, in row-major order
     */
    public float[] probabilities(long[] entries) {
        long vocabulary = vocabulary();
        long[] places = new long[entries.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = rows[(int) (entries[i] / vocabulary)] * vocabulary + entries[i] % vocabulary;
        }
        float[] logits = all.reshape(-1).indexSelect(0, indices(places)).toFloatArray();
        float[] norms = logSumExp().toFloatArray();
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.exp(logits[i] - norms[(int) (entries[i] / vocabulary)]);
        }
        return logits;
    }

    private Tensor indices(long[] values) {
        return engine().tensor(values, values.length);
    }
}
