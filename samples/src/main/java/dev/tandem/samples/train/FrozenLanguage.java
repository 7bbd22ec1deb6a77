package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.LanguageTraining;
import java.util.Map;

/**
 * A language model that is measured and read by the bridge, but not trained.
 *
 * @param language the language model; none of its weights records gradients
 * @param zero a leaf with the value 0 that records them: the loss of a batch without photos depends on nothing else
 */
record FrozenLanguage(LanguageTraining language, Tensor zero) implements LanguageTraining {

    @Override
    public Map<String, Tensor> parameters() {
        return Map.of();
    }

    @Override
    public LanguageStep forward(DialogueBatch batch) {
        LanguageStep step = language.forward(batch);
        return new LanguageStep(step.loss().add(zero), step.captionLogits());
    }
}
