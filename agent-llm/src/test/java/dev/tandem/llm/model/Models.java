package dev.tandem.llm.model;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.llm.load.LlamaLoader;
import java.util.SplittableRandom;

/** Small decoders with random weights, large enough that every weight shows in the logits. */
public final class Models {

    private Models() {}

    /** Two layers, grouped queries, 40 tokens of vocabulary. */
    public static LlamaConfig.Builder small() {
        return LlamaConfig.builder()
                .vocabSize(40)
                .hiddenSize(24)
                .intermediateSize(40)
                .hiddenLayers(2)
                .attentionHeads(4)
                .keyValueHeads(2)
                .headDim(6)
                .maxPositionEmbeddings(64)
                .initializerRange(0.4)
                .rmsNormEps(1e-5);
    }

    /** A decoder with weights drawn from a seed. */
    public static Llama random(TensorEngine engine, LlamaConfig config, long seed) {
        return LlamaLoader.build(engine, config, new FreshWeights(engine, new SplittableRandom(seed)));
    }
}
