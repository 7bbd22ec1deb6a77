package dev.tandem.samples.verify;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.Mllama;
import java.util.Map;

/** {@code mllama.forward}: logits of texts about pictures, zero at padding. */
final class MllamaForwardKind implements ParityKind {

    @Override
    public String kind() {
        return "mllama.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        Tensor mask = parityCase.input("attention_mask");
        try (Mllama model = MllamaLoader.load(parityCase.engine(), parityCase.model());
                CausalLm decoder = decoder(model, parityCase)) {
            Tensor logits = decoder.logits(parityCase.input("input_ids"), LlamaForwardKind.padding(mask));
            return Map.of("logits", logits.mul(mask.to(DType.FLOAT32).unsqueeze(-1)));
        }
    }

    private static CausalLm decoder(Mllama model, ParityCase parityCase) {
        if (!parityCase.hasInput("pixel_values")) {
            return model.withoutPictures();
        }
        Mllama.Pictures pictures = new Mllama.Pictures(
                parityCase.input("pixel_values"),
                parityCase.input("aspect_ratio_ids"),
                parityCase.input("aspect_ratio_mask"));
        return model.looking(pictures, parityCase.input("cross_attention_mask"));
    }
}
