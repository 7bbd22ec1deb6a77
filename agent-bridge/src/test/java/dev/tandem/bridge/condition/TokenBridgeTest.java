package dev.tandem.bridge.condition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.bridge.ToyVocabularies;
import dev.tandem.bridge.relax.GumbelSoftmax;
import dev.tandem.bridge.vocab.WordAlignment;
import dev.tandem.core.caption.Caption;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.BridgeStageFactory;
import dev.tandem.core.stage.Conditioning;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class TokenBridgeTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    private static BridgeStageFactory factory() {
        return ServiceLoader.load(BridgeStageFactory.class).findFirst().orElseThrow();
    }

    @Test
    void isFoundAndKnowsItsMatrices() {
        assertTrue(factory().supports(new AgentConfig.Bridge("word")));
        assertFalse(factory().supports(new AgentConfig.Bridge("unheard of")));
    }

    @Test
    void feedsTheTokensThatTrainingConditionedOn() {
        ToyVocabularies.Decoder decoder = new ToyVocabularies.Decoder();
        ToyVocabularies.Tokenizer tokenizer = new ToyVocabularies.Tokenizer(10);
        List<Integer> ids = List.of(decoder.id(" rain"), decoder.id("bow"), decoder.id(" two"), decoder.id(" dog"));
        Caption caption = new Caption(decoder.spell(ids).text().strip(), ids);
        Conditioning inference = factory()
                .create(new AgentConfig.Bridge("word"), decoder, tokenizer)
                .condition(caption);
        try (Scope scope = ENGINE.scope()) {
            float[] logits = new float[ids.size() * decoder.vocabularySize()];
            for (int i = 0; i < ids.size(); i++) {
                logits[i * decoder.vocabularySize() + ids.get(i)] = 9;
            }
            Tensor table = ENGINE.zeros(dev.tandem.core.tensor.DType.FLOAT32, tokenizer.vocabularySize(), 2);
            CaptionBridge bridge = CaptionBridge.sparse(
                    new CaptionAligner(decoder, tokenizer, new WordAlignment()), table, GumbelSoftmax.unlimited());
            Tensor rows = ENGINE.tensor(logits, ids.size(), decoder.vocabularySize());
            long[] trained = bridge.condition(LogitRows.of(rows), List.of(ids.size()), null, 1)
                    .ids()
                    .toLongArray();
            for (int k = 0; k < trained.length; k++) {
                assertEquals(
                        k < inference.tokenIds().size() ? inference.tokenIds().get(k) : tokenizer.padId(), trained[k]);
            }
        }
    }
}
