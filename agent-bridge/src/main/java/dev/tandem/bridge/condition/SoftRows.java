package dev.tandem.bridge.condition;

import dev.tandem.core.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes Q = P E, the soft part of the conditioning, from the few numbers of P that are not zero. */
interface SoftRows {

    /**
     * Q of a batch of captions.
     *
     * @param soft y [N, V_L], the captions one after the other
     * @param captions P of them
     * @param length S
     * @return [P, S, d], zero for padding; null if no gradient crosses the bridge
     */
    @Nullable
    Tensor rows(Tensor soft, List<AlignedCaption> captions, int length);
}
