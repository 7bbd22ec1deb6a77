package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.agent.Conversation;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.layer.Activation;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.Trainer;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.llm.load.TrainableMllamaVision;
import dev.tandem.llm.model.MllamaConfig;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A language model gets eyes, looks, and learns to look further in a joint run. */
class PerceptronTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final String SETTINGS =
            "\"training\": {\"steps\": 3, \"warmup_steps\": 0, \"learning_rate\": 1e-2, \"log_every\": 1}";

    @TempDir
    static Path folder;

    private static Path tiny;
    private static Path vision;
    private static Path seeing;

    @BeforeAll
    static void models() throws IOException {
        tiny = folder.resolve("tiny");
        vision = folder.resolve("vision");
        seeing = folder.resolve("seeing");
        TinyModelFolder.write(ENGINE, tiny);
        MllamaConfig.Vision sizes =
                new MllamaConfig.Vision(24, 8, 3, 1, 1, 16, 32, 2, 1, 2, Activation.named("gelu"), 1e-5, List.of(0));
        try (TrainableMllamaVision encoder = TrainableMllamaVision.fresh(ENGINE, sizes, new SplittableRandom(2));
                Scope scope = ENGINE.scope()) {
            encoder.save(vision, SafetensorsWriter.create().floatsAs(DType.FLOAT16), Map.of());
        }
        Path out = folder.resolve("eyes");
        Set<String> trained = train("""
                {"kind": "language", "model": "%s", "vision": "%s", "fresh": false, "language": "frozen",
                 "perceptron": "full", "compact": true, "sights": 1.0, "dialogues": 20, "held_out": 4,
                 "tokens_per_batch": 300, "max_tokens": 250, %s}
                """.formatted(tiny, vision, SETTINGS), out);
        assertTrue(trained.stream().anyMatch(key -> key.contains("cross_attn")));
        assertFalse(trained.stream().anyMatch(key -> key.contains("self_attn") || key.contains("vision_model")));
        RunFiles.copyTree(tiny, seeing);
        RunFiles.copyTree(out.resolve("model"), seeing);
    }

    /** Trains and exports; the keys of what was trained. */
    private static Set<String> train(String json, Path out) {
        TrainingRecipe recipe = ConfigReader.parse(json, "test", TrainingRecipe.class);
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
            return Set.copyOf(trainer.weights().keySet());
        }
    }

    private static String joint(Path model, String parts, double sights) {
        return """
                {"kind": "joint", "model": "%s", "bridge": {"matrix": "word"}, %s,
                 "data": {"dialogues": 40, "held_out": 2, "batch": 2, "max_tokens": 250, "sights": %s}, %s}
                """.formatted(model, parts, sights, SETTINGS);
    }

    private static byte[] photo() throws IOException {
        Scene scene = Scene.of(Item.one(Subject.DOG), Place.BEACH, TimeOfDay.DAY);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new ScenePainter().paint(scene, 48, new SplittableRandom(1)), "png", bytes);
        return bytes.toByteArray();
    }

    private static float[] stored(Path model, String key) {
        try (Scope scope = ENGINE.scope()) {
            Tensor tensor =
                    Safetensors.open(model.resolve("llm/model.safetensors")).read(ENGINE, key);
            return tensor.toFloatArray();
        }
    }

    @Test
    void theAgentSeesAndTheWordsStayAsTheyWere() throws IOException {
        float[] before = stored(tiny, "model.layers.1.mlp.up_proj.weight");
        float[] after = stored(seeing, "language_model.model.layers.2.mlp.up_proj.weight");
        for (int i = 0; i < before.length; i++) {
            assertEquals(before[i], after[i], Math.abs(before[i]) / 1024 + 1e-6, "rounded to 16 bits and nothing else");
        }
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .model(seeing)
                .seed(1L)
                .maxPhotosPerTurn(0)
                .build()) {
            assertTrue(agent.seesPhotos());
            Conversation conversation = agent.conversation();
            conversation.say("what is this?", photo());
            assertTrue(conversation.dialogue().turns().get(0).photos().get(0).hasPicture());
            conversation.say("and where is it?");
        }
        try (PhotoSharingAgent blind = PhotoSharingAgent.builder().model(tiny).build()) {
            assertFalse(blind.seesPhotos());
        }
    }

    @Test
    void aJointRunTrainsWhatLooks() {
        Path out = folder.resolve("joint-looks");
        Set<String> trained = train(
                joint(seeing, "\"language\": \"frozen\", \"image\": \"frozen\", \"perceptron\": \"projector\"", 0.5),
                out);
        assertEquals(
                Set.of(
                        "llm.language_model.model.embed_tokens.extra",
                        "llm.multi_modal_projector.weight",
                        "llm.multi_modal_projector.bias"),
                trained);
        String layer = "language_model.model.layers.1.cross_attn.q_proj.weight";
        assertArrayEquals(stored(seeing, layer), stored(out.resolve("model"), layer));
        assertFalse(java.util.Arrays.equals(
                stored(seeing, "multi_modal_projector.weight"),
                stored(out.resolve("model"), "multi_modal_projector.weight")));
    }

    @Test
    void aJointRunTrainsTheWordsOfAModelThatSees() {
        Path out = folder.resolve("joint-words");
        Set<String> trained = train(joint(seeing, "\"perceptron\": \"off\"", 0), out);
        Set<String> language =
                trained.stream().filter(key -> key.startsWith("llm.")).collect(Collectors.toSet());
        assertTrue(language.contains("llm.language_model.model.embed_tokens.weight"));
        assertFalse(language.stream().anyMatch(key -> key.contains("cross_attn") || key.contains("vision_model")));
        assertTrue(trained.size() > language.size());
    }

    @Test
    void anAdapterIsTrainedBesideTheDecoderAndLoadedWithIt() throws IOException {
        Path out = folder.resolve("joint-lora");
        Set<String> trained = train(joint(seeing, "\"language\": \"lora\", \"image\": \"frozen\"", 0.5), out);
        assertTrue(
                trained.stream()
                        .allMatch(key ->
                                key.contains("lora_") || key.contains("embed_tokens") || key.contains("lm_head")),
                trained.toString());
        assertTrue(trained.stream().anyMatch(key -> key.contains("lora_")), trained.toString());
        assertFalse(trained.stream().anyMatch(key -> key.contains("vision_model")), trained.toString());
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .model(out.resolve("model"))
                .seed(1L)
                .maxPhotosPerTurn(0)
                .build()) {
            agent.conversation().say("what is this?", photo());
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        for (String parts : List.of("\"perceptron\": \"full\"", "\"perceptron\": \"projector\"")) {
            refused(joint(tiny, parts, 0), "sees no pictures");
        }
        refused(joint(tiny, "\"image\": \"full\"", 0.5), "'sights'");
        refused(joint(seeing, "\"language\": \"lora\", \"perceptron\": \"full\"", 0), "lora");
        refused("{\"kind\": \"language\", \"model\": \"%s\", \"vision\": \"%s\"}".formatted(tiny, vision), "'fresh'");
    }

    private static void refused(String json, String says) {
        TrainingRecipe recipe = ConfigReader.parse(json, "test", TrainingRecipe.class);
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> recipe.open(ENGINE).close());
        assertTrue(String.valueOf(refused.getMessage()).contains(says), refused.getMessage());
    }
}
