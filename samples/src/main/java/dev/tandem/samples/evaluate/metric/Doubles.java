package dev.tandem.samples.evaluate.metric;

import dev.tandem.core.tensor.Tensor;

/** What networks say, in double precision. */
final class Doubles {

    private Doubles() {}

    /** The values of one row. */
    static double[] of(Tensor row) {
        float[] values = row.toFloatArray();
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** In double precision, so that the sum is 1. */
    static double[] softmax(double[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        double[] probabilities = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = Math.exp(logits[i] - largest);
            sum += probabilities[i];
        }
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }
}
