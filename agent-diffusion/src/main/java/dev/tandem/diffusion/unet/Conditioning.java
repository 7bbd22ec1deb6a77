package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.ResnetBlock;
import java.util.List;

/**
 * What every block is told besides the picture.
 *
 * @param time [B, 4 C], activated time embedding
 * @param context [B, S, D], the text's hidden states
 */
record Conditioning(Tensor time, Tensor context) {

    /** A residual block, told the time step. */
    Tensor through(ResnetBlock block, Tensor x) {
        return x.engine().checkpointed(List.of(x, time), in -> {
            try (Scope scope = x.engine().scope()) { // frees what the block leaves behind before the next one runs
                return scope.keep(block.apply(in.get(0), in.get(1)));
            }
        });
    }

    /** A transformer, told the text. */
    Tensor through(SpatialTransformer transformer, Tensor x) {
        return x.engine().checkpointed(List.of(x, context), in -> {
            try (Scope scope = x.engine().scope()) {
                return scope.keep(transformer.apply(in.get(0), in.get(1)));
            }
        });
    }
}
