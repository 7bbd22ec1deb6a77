package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.LatentGaussian;
import java.util.Map;

/**
 * {@code vae.encode} and {@code vae.decode}: pictures to the distribution of their latents, and latents as the diffusion model sees them
 * to pictures.
 *
 * @param encodes which of both
 */
record VaeKind(boolean encodes) implements ParityKind {

    @Override
    public String kind() {
        return encodes ? "vae.encode" : "vae.decode";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (AutoencoderKL model = VaeLoader.build(
                parityCase.engine(),
                VaeConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()))) {
            if (!encodes) {
                return Map.of("sample", model.decode(model.fromDiffusion(parityCase.input("latents"))));
            }
            LatentGaussian latents = model.encode(parityCase.input("pixel_values"));
            return Map.of(
                    "mean", latents.mean(),
                    "logvar", latents.logvar(),
                    "latents", model.toDiffusion(latents.mean()));
        }
    }
}
