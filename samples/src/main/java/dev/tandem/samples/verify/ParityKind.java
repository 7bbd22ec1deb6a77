package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import java.util.Map;

/** Computes the outputs of one kind of parity case with the product's own code. */
interface ParityKind {

    /** The kind as {@code case.json} names it, such as {@code llama.forward}. */
    String kind();

    /**
     * Runs a case inside an open scope.
     *
     * @return output name (without {@code out.}) to tensor; what the case compares exactly and not as a tensor (token ids, texts) is
     *     checked here, and a difference thrown as {@link ParityMismatch}
     */
    Map<String, Tensor> run(ParityCase parityCase);
}
