package dev.tandem.llm.describe;

import static dev.tandem.llm.describe.Pictures.picture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.prompt.TextTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small BLIP of random weights with what transformers 4.57 makes of four pictures. */
class ImageToTextTest {

    private static ImageToText describer;

    @BeforeAll
    static void load() {
        describer = ImageToText.load(TorchEngine.cpu(), Pictures.resource("blip"));
    }

    @AfterAll
    static void close() {
        describer.close();
    }

    private static ChatModel.Answer described(JsonNode each, String prompt, int maxNewTokens, StringBuilder heard) {
        return describer.describe(
                List.of(picture(each.get("width").asInt(), each.get("height").asInt())),
                prompt,
                GenerationSettings.greedy(maxNewTokens),
                new SplittableRandom(),
                heard::append);
    }

    @Test
    void saysWhatTransformersSays() throws IOException {
        for (JsonNode each : Pictures.json("blip/descriptions.json")) {
            StringBuilder heard = new StringBuilder();
            String text = described(each, "", 12, heard).text();
            assertEquals(each.get("text").asText(), text);
            assertEquals(text, heard.toString());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> described(Pictures.json("blip/descriptions.json").get(0), "", 0, new StringBuilder()));
    }

    @Test
    void continuesFirstWords() throws IOException {
        for (JsonNode each : Pictures.json("blip/prompted.json")) {
            StringBuilder heard = new StringBuilder();
            ChatModel.Answer answer = described(each, each.get("prompt").asText(), 9, heard);
            assertEquals(each.get("text").asText(), answer.text());
            assertEquals(answer.text(), heard.toString());
            assertEquals(each.get("prompt_tokens").asInt(), answer.promptTokens());
        }
        assertTrue(describer.describe(picture(23, 17), "a [SEP] of").startsWith("a"));
    }

    @Test
    void samplesWithASeed() {
        GenerationSettings settings = GenerationSettings.builder()
                .sample(true)
                .temperature(2)
                .topK(0)
                .maxNewTokens(12)
                .build();
        List<String> texts = new ArrayList<>();
        for (int seed : new int[] {1, 1, 2}) {
            texts.add(describer
                    .describe(List.of(picture(23, 17)), "", settings, new SplittableRandom(seed), piece -> {})
                    .text());
        }
        assertEquals(texts.get(0), texts.get(1));
        assertNotEquals(texts.get(0), texts.get(2));
    }

    @Test
    void whatItCannotDoIsSaid() {
        GenerationSettings greedy = GenerationSettings.greedy(3);
        for (int pictures : new int[] {0, 2}) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> describer.describe(
                                    List.of(picture(8, 8), picture(8, 8)).subList(0, pictures),
                                    "",
                                    greedy,
                                    new SplittableRandom(),
                                    piece -> {}))
                    .getMessage();
            assertTrue(message.contains(pictures == 0 ? "no picture" : "one picture at a time, got 2"), message);
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> describer.answer(
                        List.of(ChatMessage.user("hi")), List.of(), greedy, new SplittableRandom(), piece -> {}));
        assertThrows(IllegalArgumentException.class, () -> describer.describe(picture(8, 8), "dog ".repeat(40)));
    }

    @Test
    void blanksAreTakenOutAsInTheReference() throws IOException {
        for (JsonNode each : Pictures.json("blip/tidied.json")) {
            String[] words = each.get(0).asText().split(" ");
            CaptionText caption = new CaptionText(new Words(words), new int[] {0}, true);
            StringBuilder heard = new StringBuilder();
            for (int i = 1; i < words.length; i++) {
                heard.append(caption.add(i));
            }
            assertEquals(each.get(1).asText(), heard.append(caption.finish()).toString());
        }
        CaptionText left = new CaptionText(new Words("a", "."), new int[] {0, 1}, false);
        assertEquals("a .", left.finish());
    }

    /** Words by their place, with blanks between. */
    private record Words(String... words) implements TextTokens {

        @Override
        public int[] plain(String text) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int[] template(String text) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String text(List<Integer> ids) {
            return ids.stream().map(id -> words[id]).collect(Collectors.joining(" "));
        }
    }

    @Test
    void anotherKindOfModelIsNamed(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\"}");
        String message = assertThrows(WeightException.class, () -> ImageToText.load(TorchEngine.cpu(), folder))
                .getMessage();
        assertTrue(message.contains("'llama'") && message.contains("blip"), message);
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) throws IOException {
        for (String kind : new String[] {"blip", "mllama"}) {
            Path copy = Files.createDirectory(folder.resolve(kind));
            Pictures.copy(Pictures.resource(kind), copy, "preprocessor_config.json");
            assertFalse(Files.exists(copy.resolve("preprocessor_config.json")));
            String message = assertThrows(WeightException.class, () -> ImageToText.load(TorchEngine.cpu(), copy))
                    .getMessage();
            assertTrue(message.contains("preprocessor_config.json"), message);
        }
    }
}
