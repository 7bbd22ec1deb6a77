package dev.tandem.samples.evaluate.metric;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Indices of chosen pictures. */
final class Resample {

    private Resample() {}

    static int[] identity(int n) {
        int[] indices = new int[n];
        Arrays.setAll(indices, i -> i);
        return indices;
    }

    /** So many different ones of n. */
    static int[] subset(int n, int size, SplittableRandom random) {
        int[] indices = identity(n);
        for (int i = 0; i < size; i++) {
            int other = i + random.nextInt(n - i);
            int kept = indices[i];
            indices[i] = indices[other];
            indices[other] = kept;
        }
        return Arrays.copyOf(indices, size);
    }
}
