package dev.tandem.samples.train;

import java.util.SplittableRandom;

/** Generators for made-up data: the example of an index depends on seed and index alone, whatever was made before it. */
public final class IndexedRandom {

    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private IndexedRandom() {}

    /** The generator of an index. */
    public static SplittableRandom of(long seed, long index) {
        return new SplittableRandom(seed * GOLDEN_RATIO + index);
    }
}
