package dev.tandem.samples.verify;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.load.UNetLoader;
import dev.tandem.diffusion.unet.UNet2DCondition;
import java.util.Map;
import java.util.Objects;

/** {@code unet.forward}: a prediction, and the gradient of its mean square in the text's hidden states. */
final class UNetKind implements ParityKind {

    @Override
    public String kind() {
        return "unet.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        Tensor sample = parityCase.input("sample");
        Tensor timestep = parityCase.input("timestep");
        Tensor context = parityCase.input("encoder_hidden_states");
        try (UNet2DCondition model = UNetLoader.build(
                parityCase.engine(),
                UNetConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()))) {
            if (!parityCase.args().path("gradient").asBoolean()) {
                return Map.of("sample", model.forward(sample, timestep, context));
            }
            Tensor leaf = context.detach().requiresGrad(true);
            try (GradientTape tape = parityCase.engine().gradientTape()) {
                Tensor prediction = model.forward(sample, timestep, leaf);
                Tensor loss = prediction.square().mean();
                tape.backward(loss);
                Tensor gradient = Objects.requireNonNull(leaf.grad(), "the text's hidden states have a gradient");
                return Map.of("sample", prediction, "loss", loss, "grad.encoder_hidden_states", gradient);
            }
        }
    }
}
