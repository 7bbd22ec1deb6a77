package dev.tandem.bridge.relax;

import dev.tandem.core.tensor.Tensor;

/** The straight-through estimator (Bengio et al. 2013): {@code hard - sg[soft] + soft}, where sg stops gradients. */
public final class StraightThrough {

    private StraightThrough() {}

    /**
     * The value of {@code hard}, to the bit where {@code soft} is finite, with the gradient of {@code soft}.
     *
     * @param soft of a shape that broadcasts to that of {@code hard}
     */
    public static Tensor of(Tensor hard, Tensor soft) {
        return hard.add(soft.sub(soft.detach()));
    }
}
