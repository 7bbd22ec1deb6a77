package dev.tandem.samples.verify;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.ClipTextConfigFile;
import dev.tandem.diffusion.load.ClipTextLoader;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.text.TextEncoding;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code clip_text.forward}: hidden states and pooled vectors, from ids or from token vectors. */
final class ClipTextForward implements ParityKind {

    @Override
    public String kind() {
        return "clip_text.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (ClipTextModel model = ClipTextLoader.build(
                parityCase.engine(),
                ClipTextConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()))) {
            TextEncoding encoding = model.encode(
                    parityCase.input("input_ids"),
                    parityCase.hasInput("inputs_embeds") ? parityCase.input("inputs_embeds") : null,
                    parityCase.hasInput("attention_mask") ? parityCase.input("attention_mask") : null);
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            outputs.put("last_hidden_state", encoding.lastHiddenState());
            outputs.put("penultimate", encoding.penultimate());
            outputs.put("pooled", encoding.pooled());
            Tensor projected = encoding.textEmbeds();
            if (projected != null) {
                outputs.put("text_embeds", projected);
            }
            return outputs;
        }
    }
}
