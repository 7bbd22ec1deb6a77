package dev.tandem.llm.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.LoraConfig;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.chat.ChatModelFolder;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An adapter that was trained here: written, read again, merged; beside float32 and float16 weights. */
class LoraAdapterTest {

    private final TensorEngine engine = TorchEngine.cpu();
    private final LlamaConfig config = Models.small().build();

    @TempDir
    private Path folder;

    private Path model;
    private Path adapter;

    @BeforeEach
    void aModel() {
        model = folder.resolve("model");
        adapter = folder.resolve("adapter");
    }

    /** Writes a model and an adapter whose B is no longer zero; gives what both compute together. */
    private float[] write(DType dtype) {
        RandomGenerator random = new SplittableRandom(3);
        try (TrainableLlama llama = TrainableLlama.fresh(engine, config, new SplittableRandom(1))) {
            llama.save(model, dtype, folder);
        }
        LoraAdapter fresh = LoraAdapter.fresh(engine, LoraConfig.of(4, List.of("q_proj", "v_proj")), random);
        try (Llama beside =
                LlamaLoader.build(engine, config, fresh.on(ModelFolder.of(model).weights(engine)))) {
            float[] before = logits(beside);
            fresh.parameters().values().forEach(p -> p.set(p.add(engine.randn(random, p.shape()))));
            fresh.save(adapter, fresh.parameters());
            float[] after = logits(beside);
            assertFalse(Arrays.equals(before, after));
            return after;
        }
    }

    private float[] logits(Llama llama) {
        return llama.logits(engine.tensor(new long[] {1, 7, 3}, 1, 3), null).toFloatArray();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT16"})
    void isMergedIntoAPublishedModel(DType dtype) throws IOException {
        try (Scope scope = engine.scope()) {
            float[] expected = write(dtype);
            try (Llama merged = LlamaLoader.load(engine, model, adapter)) {
                assertArrayEquals(expected, logits(merged), 2e-4f);
            }
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                Files.copy(adapter.resolve(file), model.resolve(file));
            }
            try (Llama found = LlamaLoader.load(engine, model)) {
                assertArrayEquals(expected, logits(found), 2e-4f, "an adapter in the model's folder is found");
            }
            int owned = scope.size();
            LlamaLoader.load(engine, model, adapter).close();
            assertEquals(owned, scope.size(), "nothing of the adapter is left in the caller's scope");
        }
    }

    @Test
    void isWrittenAsPeftReadsIt() throws IOException {
        try (Scope scope = engine.scope()) {
            write(DType.FLOAT32);
        }
        JsonNode json = new ObjectMapper()
                .readTree(adapter.resolve("adapter_config.json").toFile());
        assertEquals("LORA", json.path("peft_type").asText());
        assertEquals("CAUSAL_LM", json.path("task_type").asText());
        assertEquals(4, json.path("r").asInt());
        assertEquals(2, json.path("target_modules").size());
        Safetensors file = Safetensors.open(adapter.resolve("adapter_model.safetensors"));
        String layer = "base_model.model.model.layers.0.self_attn.q_proj.";
        assertArrayEquals(new long[] {4, config.hiddenSize()}, file.shape(layer + "lora_A.weight"));
        assertTrue(file.has(layer + "lora_B.weight"));
        assertEquals(4 * config.hiddenLayers(), file.keys().size());
    }

    @Test
    void aModelThatTakesNoneSaysSo() throws IOException {
        try (Scope scope = engine.scope()) {
            write(DType.FLOAT32);
        }
        Files.writeString(model.resolve("config.json"), "{\"model_type\":\"gpt2\"}");
        WeightException refused =
                assertThrows(WeightException.class, () -> ChatModelFolder.load(engine, model, adapter));
        assertTrue(refused.getMessage().contains("is for a Llama or Qwen2"), refused.getMessage());
    }
}
