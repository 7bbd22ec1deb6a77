package dev.tandem.samples.probe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Spearman's rank correlation: Pearson's of the ranks, where equal values share the mean of their ranks. */
final class RankCorrelation {

    private RankCorrelation() {}

    /** From -1 to 1; 0 where one side has one value only and so says nothing. */
    static double of(double[] a, double[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("ranks of " + a.length + " and " + b.length + " values do not compare");
        }
        double[] x = ranks(a);
        double[] y = ranks(b);
        double middle = (a.length + 1) / 2.0;
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - middle) * (y[i] - middle);
            xx += (x[i] - middle) * (x[i] - middle);
            yy += (y[i] - middle) * (y[i] - middle);
        }
        return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
    }

    /** Ranks from 1 on. */
    static double[] ranks(double[] values) {
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ranks = new double[values.length];
        for (int start = 0; start < order.length; ) {
            int end = start;
            while (end < order.length && values[order[end]] == values[order[start]]) {
                end++;
            }
            double shared = (start + 1 + end) / 2.0;
            Arrays.stream(order, start, end).forEach(i -> ranks[i] = shared);
            start = end;
        }
        return ranks;
    }
}
