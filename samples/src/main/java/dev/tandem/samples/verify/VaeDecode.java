package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.vae.AutoencoderKL;
import java.util.Map;

/** {@code vae.decode}: the picture of latents as the denoiser sees them. */
final class VaeDecode implements ParityKind {

    @Override
    public String kind() {
        return "vae.decode";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (AutoencoderKL autoencoder = VaeEncode.load(parityCase)) {
            return Map.of("sample", autoencoder.decode(autoencoder.fromDiffusion(parityCase.input("latents"))));
        }
    }
}
