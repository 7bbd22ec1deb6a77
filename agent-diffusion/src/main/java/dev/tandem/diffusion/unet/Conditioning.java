package dev.tandem.diffusion.unet;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.block.ResnetBlock;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What every block is told besides the picture.
 *
 * @param time [B, 4 C], activated time embedding
 * @param context [B, S, D], the text's hidden states
 */
record Conditioning(Tensor time, Tensor context) {

    /** A residual block, told the time step. */
    Tensor through(ResnetBlock block, Tensor x) {
        return x.engine().checkpointed(List.of(x, time), in -> alone(in.get(0), y -> block.apply(y, in.get(1))));
    }

    /** A transformer, told the text. */
    Tensor through(SpatialTransformer transformer, Tensor x) {
        return x.engine().checkpointed(List.of(x, context), in -> alone(in.get(0), y -> transformer.apply(y, in.get(1))));
    }

    /** Frees what a block leaves behind before the next one runs. */
    private static Tensor alone(Tensor x, UnaryOperator<Tensor> block) {
        try (Scope scope = x.engine().scope()) {
            return scope.keep(block.apply(x));
        }
    }
}
