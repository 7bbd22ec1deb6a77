package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.llm.load.TrainableMllama;
import java.util.Map;

/** What a run trains of that by which the language model looks at pictures. The picture's encoder is never trained with it. */
public enum PerceptronPart {
    /** The layers that look, the projector and the vector of the picture's token. */
    FULL {
        @Override
        Map<String, Tensor> of(TrainableMllama model) {
            return model.perceptron();
        }
    },
    /** The projector and the vector of the picture's token. */
    PROJECTOR {
        @Override
        Map<String, Tensor> of(TrainableMllama model) {
            return model.projector();
        }
    },
    /** Nothing; the model looks as it did. */
    FROZEN {
        @Override
        Map<String, Tensor> of(TrainableMllama model) {
            return Map.of();
        }
    },
    /** Nothing, and the model looks at nothing: captions stand for the photos that are sent. */
    OFF {
        @Override
        Map<String, Tensor> of(TrainableMllama model) {
            return Map.of();
        }
    };

    /** The tensors that are trained. */
    abstract Map<String, Tensor> of(TrainableMllama model);
}
