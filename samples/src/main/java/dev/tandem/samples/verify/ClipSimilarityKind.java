package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.load.ClipModelFolder;
import dev.tandem.diffusion.vision.ClipModel;
import java.util.Map;

/** {@code clip.similarity}: vectors of texts and pictures, and how well they fit together. */
final class ClipSimilarityKind implements ParityKind {

    @Override
    public String kind() {
        return "clip.similarity";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (ClipModel model = ClipModelFolder.load(parityCase.engine(), parityCase.model())) {
            Tensor mask = parityCase.hasInput("attention_mask") ? parityCase.input("attention_mask") : null;
            Tensor text = model.textEmbeds(parityCase.input("input_ids"), mask);
            Tensor image = model.imageEmbeds(parityCase.input("pixel_values"));
            return Map.of(
                    "text_embeds", text, "image_embeds", image, "logits_per_image", model.logitsPerImage(image, text));
        }
    }
}
