package dev.tandem.llm.decode;

import java.util.Arrays;

/** The largest of many scores, with their indices; of equal scores the first comes first. */
final class TopScores {

    private final long[] heap;
    private int size;

    TopScores(int count) {
        this.heap = new long[count];
    }

    /** Offers one score; NaN counts as the smallest. */
    void offer(float score, int index) {
        long key = key(score, index);
        if (size < heap.length) {
            heap[size++] = key;
            if (size == heap.length) {
                Arrays.sort(heap); // an ascending array is a heap with the smallest on top
            }
        } else if (key > heap[0]) {
            heap[0] = key;
            sink();
        }
    }

    private void sink() {
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[at] <= heap[child]) {
                return;
            }
            long swap = heap[at];
            heap[at] = heap[child];
            heap[child] = swap;
            at = child;
        }
    }

    /** Indices of the largest scores offered so far, from the largest down. */
    int[] indices() {
        long[] sorted = Arrays.copyOf(heap, size);
        Arrays.sort(sorted);
        int[] indices = new int[size];
        for (int i = 0; i < size; i++) {
            indices[i] = Integer.MAX_VALUE - (int) sorted[size - 1 - i];
        }
        return indices;
    }

    /** Indices of the {@code count} largest values. */
    static int[] of(float[] scores, int count) {
        TopScores top = new TopScores(Math.min(count, scores.length));
        for (int i = 0; i < scores.length; i++) {
            top.offer(scores[i], i);
        }
        return top.indices();
    }

    /** Indices of all values from the smallest up; of equal ones the first comes first. */
    static int[] ascending(float[] scores) {
        long[] keys = new long[scores.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(scores[i], Integer.MAX_VALUE - i);
        }
        Arrays.sort(keys);
        int[] indices = new int[keys.length];
        for (int i = 0; i < keys.length; i++) {
            indices[i] = (int) keys[i];
        }
        return indices;
    }

    /** Orders like the score, then against the index: the score's bits made sortable above, the index below. */
    private static long key(float score, int index) {
        int bits = Float.isNaN(score)
                ? Float.floatToIntBits(Float.NEGATIVE_INFINITY)
                : Float.floatToIntBits(score == 0 ? 0f : score);
        int sortable = bits < 0 ? ~bits ^ Integer.MIN_VALUE : bits;
        return ((long) sortable << 32) | (Integer.MAX_VALUE - index);
    }
}
