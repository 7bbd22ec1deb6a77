package dev.tandem.core.agent;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/** Seeds that are short enough to read out: numbers from 0 to 2^31 - 1. */
final class Seeds {

    private static final SecureRandom FRESH = new SecureRandom();

    private Seeds() {}

    /** One that nobody can foresee. */
    static long fresh() {
        return FRESH.nextInt(Integer.MAX_VALUE);
    }

    /** The seed of the {@code index}th thing that is made under a seed: unrelated to its neighbours, the same each time. */
    static long derive(long seed, long index) {
        SplittableRandom random = new SplittableRandom(seed);
        return new SplittableRandom(random.nextLong() + index).nextInt(Integer.MAX_VALUE);
    }
}
