package dev.tandem.llm.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.model.KvCache;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainableLlamaTest {

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writtenFoldersLoadAsTheSameModel(boolean tied) throws IOException {
        LlamaConfig config = Models.small()
                .tieWordEmbeddings(tied)
                .queryKeyValueBias(true)
                .attentionOutputBias(true)
                .build();
        Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
        Files.writeString(tokenizer.resolve("tokenizer.json"), "{}");
        Path saved = folder.resolve("saved");
        try (Scope scope = engine.scope();
                TrainableLlama llama = TrainableLlama.fresh(engine, config, new SplittableRandom(1))) {
            assertEquals(!tied, llama.parameters().containsKey("lm_head.weight"));
            llama.save(saved, DType.FLOAT32, tokenizer);
            try (Llama loaded = LlamaLoader.load(engine, saved)) {
                assertEquals(config, loaded.config());
                long[] ids = {1, 7, 3};
                assertArrayEquals(
                        llama.model().logits(engine.tensor(ids, 1, 3), null).toFloatArray(),
                        loaded.logits(engine.tensor(ids, 1, 3), null).toFloatArray(),
                        0);
            }
        }
        try (Stream<Path> files = Files.list(saved)) {
            assertEquals(
                    List.of("config.json", "generation_config.json", "model.safetensors", "tokenizer.json"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void halfPrecisionTakesHalfTheRoom() throws IOException {
        try (Scope scope = engine.scope();
                TrainableLlama llama =
                        TrainableLlama.fresh(engine, Models.small().build(), new SplittableRandom(1))) {
            llama.save(folder.resolve("full"), DType.FLOAT32, folder);
            llama.save(folder.resolve("half"), DType.FLOAT16, folder);
            double ratio = (double) Files.size(folder.resolve("full/model.safetensors"))
                    / Files.size(folder.resolve("half/model.safetensors"));
            assertTrue(ratio > 1.6, "ratio " + ratio);
            try (Llama half = LlamaLoader.load(engine, folder.resolve("half"))) {
                float[] a = llama.model()
                        .logits(engine.tensor(new long[] {1}, 1, 1), null)
                        .toFloatArray();
                float[] b =
                        half.logits(engine.tensor(new long[] {1}, 1, 1), null).toFloatArray();
                assertArrayEquals(a, b, 0.05f);
                assertFalse(Arrays.equals(a, b));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void halvesAreKeptAsTheyAreAndComputeTheSame(boolean tied) {
        LlamaConfig config = Models.small()
                .tieWordEmbeddings(tied)
                .queryKeyValueBias(true)
                .attentionOutputBias(true)
                .build();
        try (Scope scope = engine.scope();
                TrainableLlama llama = TrainableLlama.fresh(engine, config, new SplittableRandom(1))) {
            llama.save(folder.resolve("half"), DType.FLOAT16, folder);
            FileWeights weights = ModelFolder.of(folder.resolve("half")).weights(engine);
            assertEquals(engine.packs(), weights.packing().packs("model.embed_tokens.weight"));
            assertFalse(weights.packs("model.embed_tokens.weight"), "training keeps float32");
            try (Llama packed = LlamaLoader.load(engine, folder.resolve("half"));
                    Llama dense = LlamaLoader.build(engine, config, weights);
                    KvCache cache = packed.newCache(8)) {
                Tensor ids = engine.tensor(new long[] {1, 7, 3, 9}, 1, 4);
                float[] expected = dense.logits(ids, null).toFloatArray();
                assertArrayEquals(expected, packed.logits(ids, null).toFloatArray(), 1e-5f);
                Tensor last = null;
                for (int i = 0; i < 4; i++) {
                    last = packed.head(packed.hidden(ids.narrow(1, i, 1), null, cache));
                }
                int words = config.vocabSize();
                assertArrayEquals(Arrays.copyOfRange(expected, 3 * words, 4 * words), last.toFloatArray(), 1e-5f);
            }
        }
    }

    @Test
    void saysWhichFileIsMissingOrDoesNotFit() throws IOException {
        try (TrainableLlama llama = TrainableLlama.fresh(engine, Models.small().build(), new SplittableRandom(1))) {
            llama.save(folder, DType.FLOAT32, folder);
        }
        Path config = folder.resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replace("\"intermediate_size\" : 40", "\"intermediate_size\" : 41"));
        WeightException wrong = assertThrows(WeightException.class, () -> LlamaLoader.load(engine, folder));
        assertTrue(wrong.getMessage().contains("model.layers.0.mlp.gate_proj.weight"), wrong.getMessage());
        Files.delete(config);
        WeightException missing = assertThrows(WeightException.class, () -> LlamaLoader.load(engine, folder));
        assertTrue(missing.getMessage().contains("there is no " + config), missing.getMessage());
    }
}
