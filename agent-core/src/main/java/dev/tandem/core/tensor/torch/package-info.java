/**
 * The tensor kit on libtorch, through DJL's PyTorch engine: eager, with gradients. Open
 * {@link dev.tandem.core.tensor.torch.TorchEngine} first. Only this package imports {@code ai.djl.pytorch}.
 */
@NullMarked
package dev.tandem.core.tensor.torch;

import org.jspecify.annotations.NullMarked;
