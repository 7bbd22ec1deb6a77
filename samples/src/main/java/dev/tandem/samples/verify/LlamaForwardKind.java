package dev.tandem.samples.verify;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.PaddingMask;
import java.util.Map;

/**
 * {@code llama.forward} and {@code qwen2.forward}: logits [B, T, V] of padded rows, zero at padding.
 *
 * @param kind which of both
 */
record LlamaForwardKind(String kind) implements ParityKind {

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        Tensor mask = parityCase.input("attention_mask");
        try (Llama model = load(parityCase)) {
            Tensor logits = model.logits(parityCase.input("input_ids"), padding(mask));
            return Map.of("logits", logits.mul(mask.to(DType.FLOAT32).unsqueeze(-1)));
        }
    }

    static Llama load(ParityCase parityCase) {
        return LlamaLoader.build(
                parityCase.engine(),
                LlamaConfigFile.read(parityCase.model().resolve("config.json")),
                ModelFolder.of(parityCase.model()).weights(parityCase.engine()));
    }

    static PaddingMask padding(Tensor mask) {
        return PaddingMask.of(mask.toLongArray(), Math.toIntExact(mask.size(0)), Math.toIntExact(mask.size(1)));
    }
}
