package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.SD3ConfigFile;
import dev.tandem.diffusion.load.SD3Loader;
import dev.tandem.diffusion.transformer.SD3Transformer2D;
import java.util.Map;

/** {@code mmdit.forward}: a prediction of Stable Diffusion 3's denoiser. */
final class SD3TransformerKind implements ParityKind {

    @Override
    public String kind() {
        return "mmdit.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (SD3Transformer2D model = SD3Loader.build(
                parityCase.engine(),
                SD3ConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()))) {
            return Map.of(
                    "sample",
                    model.forward(
                            parityCase.input("hidden_states"),
                            parityCase.input("timestep"),
                            parityCase.input("encoder_hidden_states"),
                            parityCase.input("pooled_projections")));
        }
    }
}
