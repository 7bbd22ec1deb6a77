package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.LatentGaussian;
import java.util.Map;

/** {@code vae.encode}: mean and log variance of a picture's latents, and the latents that the denoiser sees. */
final class VaeEncode implements ParityKind {

    @Override
    public String kind() {
        return "vae.encode";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (AutoencoderKL autoencoder = load(parityCase)) {
            LatentGaussian latents = autoencoder.encode(parityCase.input("pixel_values"));
            return Map.of(
                    "mean", latents.mean(),
                    "logvar", latents.logvar(),
                    "latents", autoencoder.toDiffusion(latents.mean()));
        }
    }

    static AutoencoderKL load(ParityCase parityCase) {
        return VaeLoader.build(
                parityCase.engine(),
                VaeConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()));
    }
}
