package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Computes Q = P E, the soft part of the conditioning, from the few numbers of P that are not zero. */
interface SoftRows {

    /**
     * Q, recorded on the tape from what of y it draws on, and the way on from there.
     *
     * @param rows [P, S, d], zero for padding
     * @param gradient of the logits, after a backward pass
     */
    record Recorded(Tensor rows, Supplier<LogitGradient> gradient) {}

    /**
     * Q of a batch of captions.
     *
     * @param relaxed y [N, V_L], the captions one after the other
     * @param captions P of them
     * @param length S
     * @return null if no gradient crosses the bridge
     */
    @Nullable
    Recorded rows(Relaxed relaxed, List<AlignedCaption> captions, int length);
}
