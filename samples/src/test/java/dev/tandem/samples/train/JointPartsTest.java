package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.Trainer;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.llm.load.AdaptedLlama;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.PaddingMask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Joint training of parts: what is not trained stays, and what is exported is a model folder that runs. */
class JointPartsTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static final String LLM = "llm/model.safetensors";

    @TempDir
    static Path folder;

    private static Path tiny;

    @BeforeAll
    static void model() throws IOException {
        tiny = folder.resolve("tiny");
        TinyModelFolder.write(ENGINE, tiny);
    }

    private static JointRecipe recipe(String parts) {
        return recipe(parts, "\"matrix\": \"word\"");
    }

    private static JointRecipe recipe(String parts, String bridge) {
        return (JointRecipe) ConfigReader.parse("""
                {
                  "kind": "joint", "model": "%s", "bridge": {%s}, %s,
                  "data": {"dialogues": 60, "held_out": 4, "batch": 1, "max_tokens": 200},
                  "training": {"steps": 6, "warmup_steps": 0, "learning_rate": 1e-2, "log_every": 1}
                }
                """.formatted(tiny, bridge, parts), "test", TrainingRecipe.class);
    }

    /** Trains and exports; the values of what was trained, by key. */
    private static Map<String, float[]> train(JointRecipe recipe, Path out) {
        Map<String, float[]> values = new LinkedHashMap<>();
        try (TrainingJob job = recipe.open(ENGINE);
                Trainer trainer = Trainer.builder()
                        .engine(ENGINE)
                        .task(job.task())
                        .config(recipe.training())
                        .folder(out)
                        .build();
                Scope scope = ENGINE.scope()) {
            trainer.run();
            job.export(trainer.weights(), out.resolve("model"));
            trainer.weights().forEach((key, tensor) -> values.put(key, tensor.toFloatArray()));
        }
        return values;
    }

    private static float[] logits(Llama llm) {
        try (Scope scope = ENGINE.scope()) {
            Tensor ids = ENGINE.tensor(new long[] {5, 17, 42, 99, 7, 300}, 1, 6);
            return llm.head(llm.hidden(ids, PaddingMask.of(new long[] {1, 1, 1, 1, 1, 1}, 1, 6)))
                    .toFloatArray();
        }
    }

    private static float[] stored(Path model, String file, String key) {
        try (Scope scope = ENGINE.scope()) {
            return Safetensors.open(model.resolve(file)).read(ENGINE, key).toFloatArray();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "full, cross_attention_queries",
        "lora, full",
        "lora, frozen",
        "frozen, full",
        "frozen, cross_attention_queries",
        "full, frozen",
        "full, lora",
        "frozen, lora"
    })
    void whatIsNotTrainedStays(String language, String image) throws IOException {
        JointRecipe recipe = recipe("\"language\": \"%s\", \"image\": \"%s\"".formatted(language, image));
        Path out = folder.resolve(language + "-" + image);
        Map<String, float[]> trained = train(recipe, out);
        Path model = out.resolve("model");
        assertEquals(!language.equals("frozen"), trained.keySet().stream().anyMatch(key -> key.startsWith("llm.")));
        assertEquals(!image.equals("frozen"), trained.keySet().stream().anyMatch(key -> key.startsWith("image.")));
        if (!language.equals("full")) {
            assertArrayEquals(Files.readAllBytes(tiny.resolve(LLM)), Files.readAllBytes(model.resolve(LLM)));
        }
        if (image.equals("frozen") || image.equals("lora")) {
            assertArrayEquals(Files.readAllBytes(tiny.resolve(UNET)), Files.readAllBytes(model.resolve(UNET)));
        }
        for (String key : Safetensors.open(tiny.resolve(UNET)).keys()) {
            boolean expected = image.equals("full") || image.startsWith("cross") && key.contains(".attn2.to_q.");
            assertEquals(expected, trained.containsKey("image." + key), key);
            float[] before = stored(tiny, UNET, key);
            float[] after = stored(model, UNET, key);
            if (!expected) {
                assertArrayEquals(before, after, 1e-3f, key); // float32 before, float16 after
            } else if (before.length > 100) {
                assertFalse(Arrays.equals(before, trained.get("image." + key)), key);
                assertArrayEquals(trained.get("image." + key), after, 1e-2f, key);
            }
        }
    }

    @Test
    void anExportedAdapterIsWhatWasTrained() throws IOException {
        Map<String, float[]> trained =
                train(recipe("\"language\": \"lora\", \"lora\": {\"r\": 4, \"alpha\": 8}"), folder.resolve("out"));
        Path model = folder.resolve("out/model/llm");
        JointRecipe recipe = recipe("\"lora\": {\"r\": 4, \"alpha\": 8}");
        try (Llama base = LlamaLoader.load(ENGINE, tiny.resolve("llm"));
                Llama exported = LlamaLoader.load(ENGINE, model);
                AdaptedLlama beside = AdaptedLlama.load(
                        ENGINE, tiny.resolve("llm"), recipe.lora().config(), new SplittableRandom(3))) {
            assertArrayEquals(logits(base), logits(beside.model()), 1e-5f, "a new adapter changes nothing");
            assertEquals(
                    trained.keySet().stream()
                            .filter(key -> key.startsWith("llm."))
                            .map(key -> key.substring(4))
                            .collect(Collectors.toSet()),
                    beside.parameters().keySet());
            try (Scope scope = ENGINE.scope()) {
                beside.parameters()
                        .forEach((key, tensor) -> tensor.set(ENGINE.tensor(trained.get("llm." + key), tensor.shape())));
            }
            float[] expected = logits(beside.model());
            assertArrayEquals(expected, logits(exported), 1e-4f);
            float difference = 0;
            float[] before = logits(base);
            for (int i = 0; i < before.length; i++) {
                difference = Math.max(difference, Math.abs(before[i] - expected[i]));
            }
            assertTrue(difference > 1e-2, "it has learned: " + difference);
        }
    }

    private static float[] noise(UNet2DCondition unet) {
        try (Scope scope = ENGINE.scope()) {
            return unet.forward(
                            ENGINE.randn(new SplittableRandom(1), 2, 4, 8, 8),
                            ENGINE.tensor(new long[] {3, 500}, 2),
                            ENGINE.randn(new SplittableRandom(2), 2, 5, 32))
                    .toFloatArray();
        }
    }

    private static UNet2DCondition unet(Path model) {
        return new StableDiffusionFolder(ENGINE, ModelFolder.of(model)).unet();
    }

    private static float largest(float[] a, float[] b) {
        float difference = 0;
        for (int i = 0; i < a.length; i++) {
            difference = Math.max(difference, Math.abs(a[i] - b[i]));
        }
        return difference;
    }

    @Test
    void anExportedAdapterOfTheDenoiserIsWhatWasTrained() {
        JointRecipe recipe = recipe("\"image\": \"lora\", \"image_lora\": {\"r\": 3, \"alpha\": 6}");
        Path out = folder.resolve("image-lora");
        Map<String, float[]> trained = train(recipe, out);
        List<String> keys = trained.keySet().stream()
                .filter(key -> key.startsWith("image."))
                .toList();
        // one transformer on the way down, one in the middle, two on the way up; two attentions of four projections
        // each
        assertEquals(4 * 2 * 4 * 2, keys.size());
        try (UNet2DCondition base = unet(tiny);
                UNet2DCondition exported = unet(out.resolve("model"));
                JointImage beside = JointImage.open(recipe, ENGINE, ModelFolder.of(tiny))) {
            assertArrayEquals(noise(base), noise(beside.model().unet()), 1e-5f, "a new adapter changes nothing");
            try (Scope scope = ENGINE.scope()) {
                beside.parameters()
                        .forEach((key, tensor) ->
                                tensor.set(ENGINE.tensor(trained.get("image." + key), tensor.shape())));
            }
            float[] expected = noise(beside.model().unet());
            assertArrayEquals(expected, noise(exported), 1e-4f);
            assertTrue(largest(expected, noise(base)) > 1e-3, "it has learned: " + largest(expected, noise(base)));
        }
    }

    /** What {@code load_lora_weights} of diffusers reads: keys with the component's name, and B times α / rank, because it takes α as the rank. */
    @Test
    void theAdapterOfTheDenoiserIsWrittenForPeftAndForDiffusers() throws IOException {
        Path out = folder.resolve("diffusers");
        train(recipe("\"image\": \"lora\", \"image_lora\": {\"r\": 2, \"alpha\": 6}"), out);
        Path model = out.resolve("model");
        Safetensors peft = Safetensors.open(model.resolve("unet/adapter_model.safetensors"));
        Safetensors diffusers = Safetensors.open(model.resolve("pytorch_lora_weights.safetensors"));
        assertEquals(peft.keys().size(), diffusers.keys().size());
        try (Scope scope = ENGINE.scope()) {
            for (String key : peft.keys()) {
                float[] own = peft.read(ENGINE, key).toFloatArray();
                String name = key.replace("base_model.model.", "unet.");
                float[] other = diffusers.read(ENGINE, name).toFloatArray();
                for (int i = 0; i < own.length; i++) {
                    own[i] *= key.endsWith("lora_B.weight") ? 3 : 1;
                }
                assertArrayEquals(own, other, 1e-6f, key);
            }
        }
        String key = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0.lora_A.weight";
        assertArrayEquals(new long[] {2, 16}, diffusers.shape(key));
        var config = new ObjectMapper()
                .readTree(model.resolve("unet/adapter_config.json").toFile());
        assertTrue(config.path("task_type").isNull(), "PEFT has no task for a denoiser");
        assertEquals(2, config.path("r").asInt());
    }

    @Test
    void anAdapterOfConvolutionsIsRefused() throws IOException {
        Path model = folder.resolve("convolutions");
        RunFiles.copyTree(tiny, model);
        Path unet = model.resolve("unet");
        Files.writeString(unet.resolve("adapter_config.json"), "{\"r\": 2, \"target_modules\": [\"conv_in\"]}");
        try (Scope scope = ENGINE.scope()) {
            String layer = "base_model.model.conv_in.";
            SafetensorsWriter.create()
                    .write(
                            unet.resolve("adapter_model.safetensors"),
                            Map.of(
                                    layer + "lora_A.weight", ENGINE.zeros(DType.FLOAT32, 2, 4, 3, 3),
                                    layer + "lora_B.weight", ENGINE.zeros(DType.FLOAT32, 8, 2, 1, 1)));
        }
        String message = String.valueOf(
                assertThrows(WeightException.class, () -> unet(model).close()).getMessage());
        assertTrue(message.contains("conv_in, which is no linear layer"), message);
        JointRecipe recipe = JointStep.recipe(model, "\"image\": \"full\"");
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> recipe.open(ENGINE).close())
                .getMessage()
                .contains("holds a LoRA adapter"));
    }

    @Test
    void onlyTheDenoiserIsAveraged() {
        String settings =
                "\"training\": {\"steps\": 6, \"warmup_steps\": 0, \"learning_rate\": 1e-2, \"ema_decay\": 0.9}";
        Map<String, float[]> raw = train(averaged(settings.replace("0.9", "0"), "all"), folder.resolve("raw"));
        Map<String, float[]> all = train(averaged(settings, "all"), folder.resolve("all"));
        Path out = folder.resolve("image-averaged");
        Map<String, float[]> image = train(averaged(settings, "image"), out);
        for (String key : raw.keySet()) {
            boolean denoiser = key.startsWith("image.");
            assertArrayEquals((denoiser ? all : raw).get(key), image.get(key), 0, key);
        }
        assertFalse(Arrays.equals(raw.get("image.conv_in.weight"), image.get("image.conv_in.weight")));
        Safetensors stored = Safetensors.open(out.resolve("checkpoint-6/average.safetensors"));
        assertTrue(stored.keys().stream().allMatch(key -> key.startsWith("image.")));
        assertArrayEquals(
                image.get("image.conv_in.weight"),
                stored(out.resolve("model"), UNET, "conv_in.weight"),
                1e-3f,
                "the model at the end has the averages");
        JointRecipe other = averaged(settings.replace("6,", "8,"), "all");
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> {
                    try (TrainingJob job = other.open(ENGINE);
                            Trainer trainer = Trainer.builder()
                                    .engine(ENGINE)
                                    .task(job.task())
                                    .config(other.training())
                                    .folder(out)
                                    .resume(true)
                                    .build()) {
                        trainer.run();
                    }
                })
                .getMessage());
        assertTrue(message.contains("average.safetensors"), message);
    }

    private static JointRecipe averaged(String training, String which) {
        return (JointRecipe) ConfigReader.parse("""
                {
                  "kind": "joint", "model": "%s", "bridge": {"matrix": "word"}, "average": "%s",
                  "data": {"dialogues": 60, "held_out": 4, "batch": 2, "max_tokens": 200}, %s
                }
                """.formatted(tiny, which, training), "test", TrainingRecipe.class);
    }

    @Test
    void wrongPartsAreOneSentence() {
        assertTrue(refusal("\"language\": \"frozen\", \"image\": \"frozen\"").contains("nothing to train"));
        assertTrue(refusal("\"language\": \"lora\", \"lora\": {\"r\": 0}").contains("'r' must be at least 1"));
        assertTrue(refusal("\"language\": \"half\"").contains("language"));
        assertTrue(refusal("\"image\": \"half\"").contains("image"));
        assertTrue(refusal("\"image\": \"lora\", \"image_lora\": {\"r\": 0}")
                .contains("image_lora: 'r' must be at least 1"));
        assertTrue(
                refusal("\"image\": \"lora\", \"image_lora\": {\"alpha\": -1}").contains("'alpha' must be above 0"));
        assertTrue(refusal("\"image\": \"lora\", \"image_lora\": {\"target_modules\": [\"conv1\"]}")
                .contains("is named 'conv1'; correct target_modules of image_lora"));
        assertTrue(refusal("\"average\": \"image\"").contains("set 'ema_decay'"));
        assertTrue(refusal("\"average\": \"language\"").contains("average"));
        assertTrue(refusal("\"language\": \"lora\", \"lora\": {\"target_modules\": [\"q_porj\"]}")
                .contains("is named 'q_porj'; correct target_modules"));
    }

    private static String refusal(String parts) {
        return String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> recipe(parts).open(ENGINE).close())
                .getMessage());
    }

    @Test
    void triedCandidatesTeachTheLanguageModelBesideAFrozenDenoiser() {
        JointRecipe plain = recipe("\"language\": \"full\", \"image\": \"frozen\", \"alpha\": 0");
        JointRecipe tried = recipe(
                "\"language\": \"full\", \"image\": \"frozen\", \"alpha\": 50",
                "\"estimator\": \"candidates\", \"candidates\": 3");
        Map<String, float[]> without = train(plain, folder.resolve("no-picture"));
        Map<String, float[]> with = train(tried, folder.resolve("candidates"));
        String key = without.keySet().iterator().next();
        assertFalse(Arrays.equals(without.get(key), with.get(key)));
        assertArrayEquals(with.get(key), train(tried, folder.resolve("again")).get(key));
    }
}
