package dev.tandem.core.train;

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
     * @return the text loss and the distributions of the batch's captions, both on the open tape
     */
    LanguageStep forward(DialogueBatch batch);

    /**
     * What the bridge and the trainer need of it.
     *
     * @param loss L_t, the mean cross entropy over all targets of the batch, a scalar
     * @param captionLogits [sum of n, V_L], the captions of the batch one after the other; null if it has none
     */
    record LanguageStep(Tensor loss, @Nullable Tensor captionLogits) {}
}
