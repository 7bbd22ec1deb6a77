package dev.tandem.samples.verify;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.Llama;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code llama.lora}: logits, loss and gradients of a model with a LoRA adapter. */
final class LlamaLoraKind implements ParityKind {

    @Override
    public String kind() {
        return "llama.lora";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        TensorEngine engine = parityCase.engine();
        LoraAdapter adapter = LoraAdapter.load(
                engine,
                parityCase.folder().resolve(parityCase.args().path("adapter").asText("adapter")));
        Tensor ids = parityCase.input("input_ids");
        Tensor mask = parityCase.input("attention_mask");
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        try (Llama model = LlamaLoader.build(
                engine,
                LlamaConfigFile.read(parityCase.model().resolve("config.json")),
                adapter.on(ModelFolder.of(parityCase.model()).weights(engine)))) {
            adapter.parameters().values().forEach(each -> each.requiresGrad(true));
            try (GradientTape tape = engine.gradientTape()) {
                Tensor logits = model.logits(ids, LlamaForwardKind.padding(mask)); // [B, T, V]
                Tensor loss = loss(logits, parityCase.input("labels"));
                tape.backward(loss);
                outputs.put("logits", logits.detach().mul(mask.to(DType.FLOAT32).unsqueeze(-1)));
                outputs.put("loss", loss.detach());
                adapter.parameters().forEach((key, parameter) -> {
                    Tensor gradient = parameter.grad();
                    if (gradient != null) {
                        outputs.put("grad." + key, gradient);
                    }
                });
            }
        }
        return outputs;
    }

    /** Mean cross entropy of each next token that has a label. */
    private static Tensor loss(Tensor logits, Tensor labels) {
        long next = labels.size(1) - 1;
        return logits.narrow(1, 0, next)
                .reshape(-1, logits.size(2))
                .crossEntropy(labels.narrow(1, 1, next).reshape(-1));
    }
}
