package dev.tandem.core.train;

/** How the learning rate goes from its full value, reached after the warm-up, to the final one at the last step. */
public enum Schedule {
    /** It stays. */
    CONSTANT {
        @Override
        double fall(double done) {
            return 0;
        }
    },
    /** Along a straight line. */
    LINEAR {
        @Override
        double fall(double done) {
            return done;
        }
    },
    /** Along half a cosine wave (Loshchilov and Hutter 2017). */
    COSINE {
        @Override
        double fall(double done) {
            return (1 - Math.cos(Math.PI * done)) / 2;
        }
    },
    /** It stays until an evaluation does not get better; see {@link Plateau}. */
    PLATEAU {
        @Override
        double fall(double done) {
            return 0;
        }
    };

    /** Whether the number of steps decides where the learning rate is. */
    boolean endsWithSteps() {
        return this == LINEAR || this == COSINE;
    }

    /** From 0 (full) to 1 (final) for a share of the way done. */
    abstract double fall(double done);
}
