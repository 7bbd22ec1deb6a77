package dev.tandem.llm.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.llm.decode.Generation;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.model.Models;
import dev.tandem.llm.token.ByteTokenizer;
import dev.tandem.llm.token.LlmTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small model of random weights: what it writes has no meaning, but is the same each time. */
class ChatModelTest {

    private static final String TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}";
    private static final Consumer<String> NOBODY = piece -> {};

    @TempDir
    private Path folder;

    private ChatModel model;

    @BeforeEach
    void make() throws IOException {
        ByteTokenizer.write(folder, List.of("d o", "do g"), List.of("<|begin|>", "<|end|>"));
        model = model(true);
    }

    private ChatModel model(boolean ends) {
        TensorEngine engine = TorchEngine.cpu();
        LlmTokenizer tokenizer = LlmTokenizer.load(folder);
        return new ChatModel(
                Models.random(
                        engine,
                        Models.small()
                                .vocabSize(tokenizer.vocabularySize())
                                .maxPositionEmbeddings(128)
                                .build(),
                        3),
                tokenizer,
                Optional.of(new ChatTemplate(TEMPLATE, Map.of())),
                ends ? List.of(tokenizer.idOf("<|end|>").orElseThrow()) : List.of(),
                false,
                GenerationSettings.builder().build());
    }

    @AfterEach
    void free() {
        model.close();
    }

    private static GenerationSettings.Builder settings() {
        return GenerationSettings.builder().maxNewTokens(16);
    }

    private ChatModel.Answer alone(String prompt, GenerationSettings settings) {
        return model.continued(prompt, settings, new SplittableRandom(4), NOBODY);
    }

    @Test
    void promptsOfABatchGetWhatTheyGetAlone() {
        List<String> prompts = List.of("a dog", "x", "the dog is on the beach");
        for (GenerationSettings settings : List.of(
                settings().build(),
                settings().sample(true).temperature(1.5).topK(0).minP(0.01).build(),
                settings().repetitionPenalty(1.4).noRepeatNgramSize(2).build(),
                settings().beams(3).lengthPenalty(0.5).build())) {
            List<StringBuilder> heard = List.of(new StringBuilder(), new StringBuilder(), new StringBuilder());
            List<SplittableRandom> random =
                    prompts.stream().map(prompt -> new SplittableRandom(4)).toList();
            List<ChatModel.Answer> batch = model.continuations(
                    prompts, settings, random, (piece, row) -> heard.get(row).append(piece));
            for (int row = 0; row < prompts.size(); row++) {
                assertEquals(alone(prompts.get(row), settings), batch.get(row));
                assertEquals(batch.get(row).text(), heard.get(row).toString());
            }
        }
    }

    @Test
    void chatsOfABatchGetWhatTheyGetAlone() {
        List<List<ChatMessage>> chats = List.of(
                List.of(ChatMessage.user("hello")), List.of(ChatMessage.system("be brief"), ChatMessage.user("a dog")));
        List<SplittableRandom> random = List.of(new SplittableRandom(1), new SplittableRandom(1));
        List<ChatModel.Answer> batch = model.answers(chats, settings().build(), random, (piece, row) -> {});
        for (int row = 0; row < 2; row++) {
            assertEquals(
                    model.answer(chats.get(row), settings().build(), new SplittableRandom(1), NOBODY), batch.get(row));
        }
    }

    @Test
    void theSameSeedGivesTheSameText() {
        GenerationSettings drawn =
                settings().sample(true).temperature(2).topK(0).build();
        assertEquals(alone("a dog", drawn), alone("a dog", drawn));
        assertNotEquals(
                alone("a dog", drawn).text(),
                model.continued("a dog", drawn, new SplittableRandom(5), NOBODY).text());
    }

    @Test
    void aTextThatEndsTheWritingEndsItInEveryMode() {
        for (GenerationSettings.Builder mode : List.of(
                settings(),
                settings().beams(3),
                settings().sample(true).temperature(2).topK(0))) {
            ChatModel.Answer whole = alone("a dog", mode.build());
            int[] points = whole.text().codePoints().toArray();
            String stop = new String(points, points.length / 2, 1);
            ChatModel.Answer cut =
                    alone("a dog", mode.stops(List.of("not in it", stop)).build());
            assertFalse(cut.text().contains(stop), cut.text());
            if (mode.build().beams() == 1) {
                assertEquals(whole.text().substring(0, whole.text().indexOf(stop)), cut.text());
                assertEquals(Generation.End.STOP, cut.end());
            }
        }
    }

    @Test
    void theContextBoundsWhatIsWritten() {
        model.close();
        model = model(false);
        ChatModel.Answer answer = alone("x", settings().maxNewTokens(1000).build());
        assertEquals(Generation.End.LENGTH, answer.end());
        assertEquals(128, answer.promptTokens() + answer.tokens());
        List<String> refused = new ArrayList<>();
        for (int beams = 1; beams <= 2; beams++) {
            GenerationSettings settings = settings().beams(beams).build();
            for (String prompt : List.of("", "x".repeat(500))) {
                refused.add(assertThrows(IllegalArgumentException.class, () -> alone(prompt, settings))
                        .getMessage());
            }
        }
        refused.forEach(message -> assertTrue(message.startsWith("a prompt has 1 to 127 tokens"), message));
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        for (GenerationSettings.Builder each : List.of(
                settings().beams(0),
                settings().maxNewTokens(0),
                settings().topP(0),
                settings().minP(2),
                settings().temperature(-1),
                settings().repetitionPenalty(0),
                settings().noRepeatNgramSize(-1),
                settings().stops(List.of("")))) {
            assertThrows(IllegalArgumentException.class, each::build);
        }
    }
}
