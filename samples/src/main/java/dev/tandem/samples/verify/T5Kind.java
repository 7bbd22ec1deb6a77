package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.T5ConfigFile;
import dev.tandem.diffusion.load.T5Loader;
import dev.tandem.diffusion.text.T5Encoder;
import java.util.Map;

/** {@code t5_encoder.forward}: hidden states of T5's encoder. */
final class T5Kind implements ParityKind {

    @Override
    public String kind() {
        return "t5_encoder.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (T5Encoder model = T5Loader.build(
                parityCase.engine(),
                T5ConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()))) {
            Tensor mask = parityCase.hasInput("attention_mask") ? parityCase.input("attention_mask") : null;
            return Map.of("last_hidden_state", model.encode(parityCase.input("input_ids"), mask));
        }
    }
}
