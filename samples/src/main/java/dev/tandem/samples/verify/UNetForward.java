package dev.tandem.samples.verify;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.load.UNetLoader;
import dev.tandem.diffusion.unet.UNet2DCondition;
import java.util.Map;

/** {@code unet.forward}: the prediction and, where the case asks, the gradient of mean(prediction^2) in the text's hidden states. */
final class UNetForward implements ParityKind {

    @Override
    public String kind() {
        return "unet.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (UNet2DCondition unet = UNetLoader.build(
                parityCase.engine(),
                UNetConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()))) {
            return parityCase.args().path("gradient").asBoolean()
                    ? gradient(unet, parityCase)
                    : Map.of("sample", forward(unet, parityCase));
        }
    }

    private static Map<String, Tensor> gradient(UNet2DCondition unet, ParityCase parityCase) {
        Tensor context = parityCase.input("encoder_hidden_states").requiresGrad(true);
        try (GradientTape tape = parityCase.engine().gradientTape()) {
            Tensor sample = forward(unet, parityCase);
            Tensor loss = sample.square().mean();
            tape.backward(loss);
            Tensor gradient = context.grad();
            if (gradient == null) {
                throw new ParityMismatch("no gradient reaches encoder_hidden_states");
            }
            return Map.of("sample", sample.detach(), "loss", loss.detach(), "grad.encoder_hidden_states", gradient);
        }
    }

    private static Tensor forward(UNet2DCondition unet, ParityCase parityCase) {
        return unet.forward(
                parityCase.input("sample"), parityCase.input("timestep"), parityCase.input("encoder_hidden_states"));
    }
}
