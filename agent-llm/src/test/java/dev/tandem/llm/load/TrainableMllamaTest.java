package dev.tandem.llm.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.layer.Activation;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.core.vision.PngFile;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.decode.Generator;
import dev.tandem.llm.decode.LogitRules;
import dev.tandem.llm.decode.Sampler;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.model.Mllama;
import dev.tandem.llm.model.MllamaConfig;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.llm.train.DialoguePacker;
import dev.tandem.llm.train.LanguageModelTraining;
import dev.tandem.llm.train.Targets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Llama that gets eyes: it says without photos what it said before, and learns to look at them. */
class TrainableMllamaTest {

    private static final int[] PROMPT = {5, 17, 3, 40, 8};

    private final TensorEngine engine = TorchEngine.cpu();

    @TempDir
    private Path folder;

    private Path llama;
    private Path vision;
    private Path seeing;
    private int words;

    @BeforeEach
    void models() throws IOException {
        llama = Files.createDirectories(folder.resolve("llama"));
        vision = folder.resolve("vision");
        seeing = folder.resolve("seeing");
        words = tokenizer(llama.resolve("tokenizer.json"));
        LlamaConfig config = LlamaConfig.builder()
                .vocabSize(words)
                .hiddenSize(32)
                .intermediateSize(48)
                .hiddenLayers(4)
                .attentionHeads(4)
                .keyValueHeads(2)
                .maxPositionEmbeddings(128)
                .tieWordEmbeddings(true)
                .build();
        MllamaConfig.Vision sees =
                new MllamaConfig.Vision(24, 8, 3, 1, 1, 16, 32, 2, 1, 2, Activation.named("gelu"), 1e-5, List.of(0));
        try (TrainableLlama model = TrainableLlama.fresh(engine, config, new SplittableRandom(1));
                TrainableMllamaVision encoder = TrainableMllamaVision.fresh(engine, sees, new SplittableRandom(2));
                Scope scope = engine.scope()) {
            model.save(llama, DType.FLOAT16, llama);
            encoder.save(vision, SafetensorsWriter.create().floatsAs(DType.FLOAT16), Map.of());
        }
    }

    /** A tokenizer without the picture's token; gives its size. */
    private static int tokenizer(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        try (InputStream in =
                LlmTokenizer.class.getResourceAsStream("/dev/tandem/llm/describe/mllama/tokenizer.json")) {
            ObjectNode json = (ObjectNode) mapper.readTree(in);
            ArrayNode added = json.withArray("added_tokens");
            int id = 0;
            for (int i = added.size() - 1; i >= 0; i--) {
                if (added.get(i).path("content").asText().equals(PictureToken.TEXT)) {
                    id = added.remove(i).path("id").asInt();
                }
            }
            Files.write(file, mapper.writeValueAsBytes(json));
            return id;
        }
    }

    private TrainableMllama grown() {
        return TrainableMllama.grow(engine, llama, vision, new SplittableRandom(3));
    }

    private void save(TrainableMllama model) {
        model.save(seeing, SafetensorsWriter.create().floatsAs(DType.FLOAT16), Map.of(), llama);
    }

    private static Picture picture(int colour) {
        byte[] rgb = new byte[3 * 24 * 24];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i % 3 == colour ? 220 : i / 72);
        }
        return new Picture(24, 24, rgb);
    }

    private Tensor logits(CausalLm model) {
        return model.logits(engine.tensor(Arrays.stream(PROMPT).asLongStream().toArray(), 1, PROMPT.length), null);
    }

    @Test
    void withoutPhotosItComputesWhatTheLlamaDoesToTheLastBit() {
        try (TrainableMllama grown = grown();
                Scope scope = engine.scope()) {
            save(grown);
        }
        try (Llama before = LlamaLoader.load(engine, llama);
                Mllama after = MllamaLoader.loadSpeaking(engine, seeing);
                Scope scope = engine.scope()) {
            assertArrayEquals(
                    logits(before).toFloatArray(),
                    logits(after.withoutPictures()).toFloatArray());
            for (double temperature : new double[] {0, 0.9}) {
                assertEquals(
                        write(before, temperature), write(after.withoutPictures(), temperature), "at " + temperature);
            }
        }
    }

    private static List<Integer> write(CausalLm model, double temperature) {
        LogitRules rules = LogitRules.builder().build();
        return new Generator(model, rules, new Sampler(temperature, 0, 0.95))
                .generate(PROMPT, 30, new SplittableRandom(9), id -> true)
                .tokens();
    }

    @Test
    void itSeesTheSameAfterItWasWrittenAndRead() {
        int[] prompt = {5, words, 17, 3};
        float[] first;
        try (TrainableMllama grown = grown();
                Scope scope = engine.scope()) {
            assertEquals(words, grown.eyes().imageId());
            save(grown);
        }
        try (TrainableMllama read = TrainableMllama.load(engine, seeing);
                Scope scope = engine.scope()) {
            assertEquals(words, read.eyes().imageId());
            first = seen(read, prompt, picture(0));
            assertFalse(Arrays.equals(first, seen(read, prompt, picture(1))), "another photo changes nothing");
            assertEquals(words * 32L + 8 * 32, count(read, "embed_tokens"));
        }
        try (LlmTokenizer tokenizer = LlmTokenizer.load(seeing);
                Mllama speaking = MllamaLoader.loadSpeaking(engine, seeing)) {
            assertEquals(OptionalInt.of(words), tokenizer.idOf(PictureToken.TEXT));
            try (Scope scope = engine.scope();
                    CausalLm looking = MllamaLoader.eyes(speaking, tokenizer, seeing)
                            .looking(engine, List.of(prompt), List.of(List.of(picture(0))))) {
                Tensor logits = looking.logits(ids(prompt), null);
                assertEquals(words, logits.size(2), "the head knows the picture's token");
                float[] packed = logits.toFloatArray();
                for (int i = 0; i < first.length; i++) {
                    assertEquals(first[i], packed[i], 2e-3f);
                }
            }
        }
        assertTrue(MllamaLoader.isIn(seeing));
        assertFalse(MllamaLoader.isIn(llama));
    }

    private static long count(TrainableMllama model, String part) {
        return model.parameters().entrySet().stream()
                .filter(each -> each.getKey().contains(part))
                .mapToLong(each -> each.getValue().size(0) * each.getValue().size(1))
                .sum();
    }

    private Tensor ids(int... ids) {
        return engine.tensor(Arrays.stream(ids).asLongStream().toArray(), 1, ids.length);
    }

    private float[] seen(TrainableMllama model, int[] prompt, Picture picture) {
        try (CausalLm looking = model.eyes().looking(engine, List.of(prompt), List.of(List.of(picture)))) {
            return looking.logits(ids(prompt), null).toFloatArray();
        }
    }

    @Test
    void anotherEncoderCanTakeTheEncodersPlace() {
        int[] prompt = {5, words, 17, 3};
        Path other = folder.resolve("other");
        try (TrainableMllama grown = grown();
                TrainableMllamaVision encoder = TrainableMllamaVision.fresh(
                        engine, grown.eyes().model().config().vision(), new SplittableRandom(8));
                Scope scope = engine.scope()) {
            save(grown);
            encoder.save(other, SafetensorsWriter.create().floatsAs(DType.FLOAT16), Map.of());
            float[] before = seen(grown, prompt, picture(0));
            try (TrainableMllama replaced = TrainableMllama.load(engine, seeing, other)) {
                assertFalse(Arrays.equals(before, seen(replaced, prompt, picture(0))));
            }
        }
    }

    @Test
    void aMissingTokenAndAnEncoderOfManyTilesAreRefused() throws IOException {
        try (TrainableMllama grown = grown();
                Scope scope = engine.scope()) {
            save(grown);
        }
        tokenizer(seeing.resolve("tokenizer.json"));
        WeightException missing = assertThrows(WeightException.class, () -> TrainableMllama.load(engine, seeing));
        assertTrue(String.valueOf(missing.getMessage()).contains("<|image|>"), missing.getMessage());
        MllamaConfig.Vision tiles =
                new MllamaConfig.Vision(24, 8, 3, 2, 3, 16, 32, 2, 1, 2, Activation.named("gelu"), 1e-5, List.of(0));
        try (TrainableMllamaVision encoder = TrainableMllamaVision.fresh(engine, tiles, new SplittableRandom(2));
                Scope scope = engine.scope()) {
            encoder.save(vision, SafetensorsWriter.create(), Map.of());
        }
        assertThrows(WeightException.class, this::grown);
    }

    private static Photo photo(int colour) {
        return Photo.sent(PngFile.encode(picture(colour), "test", Instant.EPOCH, null));
    }

    private static Dialogue about(Photo photo) {
        return new Dialogue(List.of(
                Turn.user("hi"),
                Turn.agent("see"),
                new Turn(Speaker.USER, List.of(photo, new Words("what is this"))),
                Turn.agent("a dog")));
    }

    private PromptEncoder prompts(LlmTokenizer tokenizer) {
        return new PromptEncoder(
                new AgentConfig.PromptTemplate(
                        "<|begin_of_text|>", "<|start_header_id|>", "<|eot_id|>", "<|end_header_id|>", "<|eot_id|>"),
                new AgentConfig.Markers("<|python_tag|>", "<|pad|>"),
                tokenizer,
                OptionalInt.of(words));
    }

    @Test
    void aBatchOfDialoguesWithAndWithoutPhotosIsWhatEachIsAlone() {
        try (TrainableMllama grown = grown();
                LlmTokenizer tokenizer = LlmTokenizer.load(llama);
                Scope scope = engine.scope()) {
            PromptEncoder prompts = prompts(tokenizer);
            TokenizedDialogue red = prompts.encode(about(photo(0)));
            TokenizedDialogue plain = prompts.encode(new Dialogue(List.of(Turn.user("hi"), Turn.agent("see"))));
            TokenizedDialogue two = prompts.encode(new Dialogue(List.of(
                    new Turn(Speaker.USER, List.of(photo(1), photo(2), new Words("which"))), Turn.agent("both"))));
            LanguageModelTraining training = new LanguageModelTraining(grown.eyes(), Map.of(), false);
            double sum = 0;
            long tokens = 0;
            for (TokenizedDialogue each : List.of(red, plain, two)) {
                DialogueBatch batch = DialoguePacker.pack(engine, List.of(each), Targets.AGENT);
                long targets = Arrays.stream(batch.lossMask().toLongArray()).sum();
                sum += training.forward(batch).loss().item() * targets;
                tokens += targets;
            }
            DialogueBatch all = DialoguePacker.pack(engine, List.of(red, plain, two), Targets.AGENT);
            assertEquals(
                    List.of(1, 0, 2), all.pictures().stream().map(List::size).toList());
            assertEquals(sum / tokens, training.forward(all).loss().item(), 1e-5);
            assertNotEquals(
                    training.forward(DialoguePacker.pack(engine, List.of(red), Targets.AGENT))
                            .loss()
                            .item(),
                    training.forward(DialoguePacker.pack(
                                    engine, List.of(prompts.encode(about(photo(2)))), Targets.AGENT))
                            .loss()
                            .item());
        }
    }

    @Test
    void lookingIsTrainedAndNothingElse() {
        try (TrainableMllama grown = grown();
                LlmTokenizer tokenizer = LlmTokenizer.load(llama);
                Scope scope = engine.scope()) {
            Map<String, Tensor> trained = grown.perceptron();
            assertEquals(
                    "cross_attn_attn_gate cross_attn_mlp_gate down_proj embed_tokens.extra gate_proj input_layernorm"
                            + " k_norm k_proj o_proj post_attention_layernorm projector.bias projector.weight q_norm q_proj up_proj v_proj",
                    String.join(
                            " ",
                            trained.keySet().stream()
                                    .map(key -> key.replaceFirst(
                                            ".*(cross_attn_[a-z]*_gate|embed_tokens.extra|projector\\.[a-z]*)$|.*\\.([a-z_]+)\\.weight$",
                                            "$1$2"))
                                    .sorted()
                                    .toList()));
            trained.values().forEach(tensor -> tensor.requiresGrad(true));
            LanguageModelTraining training = new LanguageModelTraining(grown.eyes(), trained, true);
            DialogueBatch batch =
                    DialoguePacker.pack(engine, List.of(prompts(tokenizer).encode(about(photo(0)))), Targets.AGENT);
            try (GradientTape tape = engine.gradientTape()) {
                LanguageTraining.LanguageStep step = training.forward(batch);
                step.backward(tape, 1, null);
            }
            trained.forEach((key, tensor) -> {
                float[] gradient = tensor.grad().toFloatArray();
                boolean some = false;
                for (float each : gradient) {
                    some |= each != 0;
                }
                assertTrue(some, key + " has no gradient");
            });
            // a dialogue without photos leaves all as it is
            DialogueBatch plain = DialoguePacker.pack(
                    engine,
                    List.of(prompts(tokenizer).encode(new Dialogue(List.of(Turn.user("hi"), Turn.agent("see"))))),
                    Targets.AGENT);
            Map<String, float[]> before = new TreeMap<>();
            trained.forEach((key, tensor) -> before.put(key, tensor.grad().toFloatArray()));
            try (GradientTape tape = engine.gradientTape()) {
                training.forward(plain).backward(tape, 1, null);
            }
            trained.forEach((key, tensor) ->
                    assertArrayEquals(before.get(key), tensor.grad().toFloatArray(), key));
            trained.values().forEach(tensor -> tensor.requiresGrad(false));
        }
    }

    @Test
    void photosOfWhichOnlyThePictureIsKnownNeedAModelThatSeesThem() {
        try (LlmTokenizer tokenizer = LlmTokenizer.load(llama)) {
            PromptEncoder blind = new PromptEncoder(
                    new AgentConfig.PromptTemplate(
                            "", "<|start_header_id|>", "<|eot_id|>", "<|end_header_id|>", "<|eot_id|>"),
                    new AgentConfig.Markers("<|python_tag|>", "<|pad|>"),
                    tokenizer);
            assertThrows(IllegalArgumentException.class, () -> blind.encode(about(photo(0))));
        }
    }
}
