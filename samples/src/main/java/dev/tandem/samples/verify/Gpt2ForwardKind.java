package dev.tandem.samples.verify;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.llm.load.Gpt2Loader;
import dev.tandem.llm.model.Gpt2;
import dev.tandem.llm.model.PaddingMask;
import java.util.Map;

/** {@code gpt2.forward}: logits at real tokens, zero at padding. */
final class Gpt2ForwardKind implements ParityKind {

    @Override
    public String kind() {
        return "gpt2.forward";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        Tensor ids = parityCase.input("input_ids");
        Tensor mask = parityCase.input("attention_mask");
        PaddingMask padding = LlamaForwardKind.padding(mask);
        try (Gpt2 model = Gpt2Loader.load(parityCase.engine(), parityCase.model())) {
            Tensor hidden = parityCase.hasInput("position_ids")
                    ? model.hidden(ids, padding, parityCase.input("position_ids"))
                    : model.hidden(ids, padding);
            return Map.of(
                    "logits", model.head(hidden).mul(mask.to(DType.FLOAT32).unsqueeze(2)));
        }
    }
}
