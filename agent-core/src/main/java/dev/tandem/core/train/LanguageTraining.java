package dev.tandem.core.train;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The language model's part of a joint step: equation 1. */
public interface LanguageTraining {

    /** What is trained, by checkpoint key. */
    Map<String, Tensor> parameters();

    /**
     * Runs the model on a teacher-forced batch.
     *
     * @return the text loss and the distributions of the batch's captions
     */
    LanguageStep forward(DialogueBatch batch);

    /** What the bridge and the trainer need of it. */
    interface LanguageStep {

        /** L_t, the mean cross entropy over all targets of the batch, a scalar; its gradient is taken by {@link #backward}. */
        Tensor loss();

        /** [sum of n, V_L], the captions of the batch one after the other, valid until {@link #backward}; null if it has none. */
        @Nullable
        LogitRows captionLogits();

        /**
         * Takes the gradient of {@code scale L_t}, and of what came back to the captions' logits; once, as the logits are overwritten.
         *
         * @param tape on which the step was made
         * @param captions what is added to the gradient of the captions' logits; null for nothing
         */
        void backward(GradientTape tape, double scale, @Nullable LogitGradient captions);
    }
}
