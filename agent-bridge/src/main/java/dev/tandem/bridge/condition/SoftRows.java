package dev.tandem.bridge.condition;

import dev.tandem.bridge.relax.Relaxed;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The backward direction of Q = P E, the soft part of the conditioning, by the few numbers of P that are not zero. Q's value is of no use
 * to anybody, so it is never computed.
 */
interface SoftRows {

    /**
     * The way back through the Q of a batch of captions.
     *
     * @param relaxed y [N, V_L], the captions one after the other
     * @param captions P of them
     * @param length S
     * @return from the gradient of Q [P, S, d], where padding does not count, to that of the logits; null if no gradient crosses the bridge
     */
    @Nullable
    Function<Tensor, LogitGradient> back(Relaxed relaxed, List<AlignedCaption> captions, int length);
}
