package dev.tandem.llm.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.MllamaConfig;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MllamaLoaderTest {

    private static MllamaConfig parse(String json) throws JsonProcessingException {
        return MllamaLoader.parse(new ObjectMapper().readTree(json));
    }

    /** The values of transformers' {@code MllamaConfig()}, which it leaves out of files. */
    @Test
    void whatIsLeftOutIsAsInTheReference() throws JsonProcessingException {
        MllamaConfig config = parse("{\"model_type\": \"mllama\", \"text_config\": {\"hidden_size\": 64}}");
        LlamaConfig text = config.text();
        assertEquals(64, text.hiddenSize());
        assertEquals(
                List.of(128_256, 14_336, 40, 32, 8, 131_072),
                List.of(
                        text.vocabSize(),
                        text.intermediateSize(),
                        text.hiddenLayers(),
                        text.attentionHeads(),
                        text.keyValueHeads(),
                        text.maxPositionEmbeddings()));
        assertEquals(500_000, text.ropeTheta());
        assertEquals(1e-5, text.rmsNormEps());
        assertEquals(128_000, text.bosTokenId());
        assertEquals(List.of(128_001), text.eosTokenIds());
        assertEquals(Set.of(3, 8, 13, 18, 23, 28, 33, 38), config.crossAttentionLayers());
        MllamaConfig.Vision vision = config.vision();
        assertEquals(
                List.of(448, 14, 4, 8, 1280, 7680),
                List.of(
                        vision.imageSize(),
                        vision.patchSize(),
                        vision.maxTiles(),
                        vision.aspectRatios(),
                        vision.hiddenSize(),
                        vision.outputWidth()));
    }

    @Test
    void anotherModelIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> parse("{\"model_type\": \"llama\"}"));
    }
}
