package dev.tandem.core.train;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Generators that depend on the seed and the place in the run alone, so that a checkpoint need not save a generator's state. */
final class StepRandom {

    private static final long EVALUATION = -1;

    private StepRandom() {}

    static RandomGenerator of(long seed, long step, int part) {
        return new SplittableRandom(mix(mix(mix(seed) + step) + part));
    }

    static RandomGenerator forEvaluation(long seed) {
        return of(seed, EVALUATION, 0);
    }

    /** The finaliser of SplitMix64 (Steele et al. 2014): neighbouring inputs give unrelated outputs. */
    private static long mix(long z) {
        long x = z + 0x9e3779b97f4a7c15L;
        x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
