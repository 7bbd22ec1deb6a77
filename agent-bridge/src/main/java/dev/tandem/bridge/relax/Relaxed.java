package dev.tandem.bridge.relax;

import dev.tandem.core.tensor.Tensor;

/**
 * Choices for N caption positions. The one-hot rows {@code r = onehot(ids) - sg[soft] + soft} of equation 2 are never built: their
 * value is in {@code ids}, their gradient in {@code soft}.
 *
 * @param soft y, the relaxed one-hot rows [N, V_L], on the open tape
 * @param ids argmax of each row, int64 [N]
 * @param tau the temperature that was used
 * @param usableRows share of the rows whose gradient is neither next to nothing nor over the limit
 */
public record Relaxed(Tensor soft, Tensor ids, double tau, double usableRows) {}
