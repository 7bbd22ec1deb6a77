package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.UViTConfigFile;
import dev.tandem.diffusion.load.UViTLoader;
import dev.tandem.diffusion.transformer.UViT;
import java.util.Map;

/** {@code uvit.forward}: a prediction of UniDiffuser's denoiser for picture, CLIP vector and text. */
final class UViTKind implements ParityKind {

    @Override
    public String kind() {
        return "uvit.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (UViT model = UViTLoader.build(
                parityCase.engine(),
                UViTConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()))) {
            UViT.Joint predicted = model.forward(
                    new UViT.Joint(
                            parityCase.input("latent_image_embeds"),
                            parityCase.input("image_embeds"),
                            parityCase.input("prompt_embeds")),
                    parityCase.input("timestep_img"),
                    parityCase.input("timestep_text"),
                    parityCase.hasInput("data_type")
                            ? parityCase.input("data_type")
                            : parityCase.engine().tensor(new long[] {1}, 1));
            return Map.of("img_vae", predicted.latents(), "img_clip", predicted.clipImage(), "text", predicted.text());
        }
    }
}
