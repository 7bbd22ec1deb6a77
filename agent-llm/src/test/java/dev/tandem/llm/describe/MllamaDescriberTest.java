package dev.tandem.llm.describe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatModel;
import dev.tandem.llm.chat.ChatModelFolder;
import dev.tandem.llm.decode.Generation;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.model.CrossAttentionMask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small Llama-Vision of random weights with what transformers 4.57 generates. */
class MllamaDescriberTest {

    private static final GenerationSettings GREEDY = GenerationSettings.greedy(24);
    private static final Path FOLDER = Pictures.resource("mllama");
    private static ImageToText describer;

    @BeforeAll
    static void load() {
        describer = ImageToText.load(TorchEngine.cpu(), FOLDER);
    }

    @AfterAll
    static void close() {
        describer.close();
    }

    private static List<JsonNode> cases(String... names) throws IOException {
        return StreamSupport.stream(Pictures.json("mllama/answers.json").spliterator(), false)
                .filter(each -> List.of(names).contains(each.get("name").asText()))
                .toList();
    }

    private static List<Picture> pictures(JsonNode each) {
        List<Picture> pictures = new ArrayList<>();
        each.get("pictures")
                .forEach(size -> pictures.add(
                        Pictures.picture(size.get(0).asInt(), size.get(1).asInt())));
        return pictures;
    }

    private static List<ChatMessage> messages(JsonNode each) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : each.get("messages")) {
            List<ChatMessage.Part> parts = new ArrayList<>();
            for (JsonNode part : message.get("content")) {
                parts.add(
                        part.get("type").asText().equals("image")
                                ? new ChatMessage.Image()
                                : new ChatMessage.Text(part.get("text").asText()));
            }
            if (message.get("content").isTextual()) {
                parts.add(new ChatMessage.Text(message.get("content").asText()));
            }
            messages.add(new ChatMessage(message.get("role").asText(), parts));
        }
        return messages;
    }

    private static ChatModel.Answer described(ImageToText describer, JsonNode each, StringBuilder heard) {
        return describer.describe(
                pictures(each), each.get("prompt").asText(), GREEDY, new SplittableRandom(), heard::append);
    }

    private static void assertSame(JsonNode due, ChatModel.Answer answer) {
        boolean ended = due.get("ended").asBoolean();
        assertEquals(due.get("text").asText(), answer.text());
        assertEquals(due.get("prompt_tokens").asInt(), answer.promptTokens());
        assertEquals(due.get("ids").size() - (ended ? 1 : 0), answer.tokens());
        assertEquals(ended ? Generation.End.STOP : Generation.End.LENGTH, answer.end());
    }

    @Test
    void answersWhatTransformersAnswers() throws IOException {
        List<JsonNode> cases = cases("question", "no question", "side by side");
        assertEquals(10, cases.size());
        try (Scope outside = TorchEngine.cpu().scope()) {
            for (JsonNode each : cases) {
                StringBuilder heard = new StringBuilder();
                ChatModel.Answer answer = described(describer, each, heard);
                assertSame(each, answer);
                assertEquals(answer.text(), heard.toString());
            }
            assertEquals(0, outside.size());
        }
    }

    @Test
    void chatsAboutPicturesAndWithoutAny() throws IOException {
        List<JsonNode> cases = cases("chat");
        assertEquals(2, cases.size());
        for (JsonNode each : cases) {
            assertSame(
                    each,
                    describer.answer(messages(each), pictures(each), GREEDY, new SplittableRandom(), piece -> {}));
        }
    }

    @Test
    void withoutATemplateThePicturesComeFirst(@TempDir Path folder) throws IOException {
        Pictures.copy(FOLDER, folder, "chat_template.jinja");
        try (ImageToText raw = ImageToText.load(TorchEngine.cpu(), folder)) {
            List<JsonNode> cases = cases("raw");
            assertEquals(2, cases.size());
            for (JsonNode each : cases) {
                assertSame(each, described(raw, each, new StringBuilder()));
            }
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> raw.answer(
                                    List.of(ChatMessage.user("hi")),
                                    List.of(),
                                    GREEDY,
                                    new SplittableRandom(),
                                    piece -> {}))
                    .getMessage();
            assertTrue(message.contains("no chat template"), message);
        }
    }

    @Test
    void textAloneIsAChatModels() throws IOException {
        JsonNode due = cases("text").get(0);
        try (ChatModel chat = ChatModelFolder.load(TorchEngine.cpu(), FOLDER)) {
            assertTrue(chat.chats());
            assertSame(
                    due,
                    chat.answer(
                            List.of(ChatMessage.user(due.get("prompt").asText())),
                            GREEDY,
                            new SplittableRandom(),
                            piece -> {}));
        }
    }

    @Test
    void aTemplateMayBeInTheProcessorsOldFile(@TempDir Path folder) throws IOException {
        Pictures.copy(FOLDER, folder, "chat_template.jinja");
        Files.writeString(
                folder.resolve("chat_template.json"),
                "{\"chat_template\": \"{% for part in messages[0].content %}{% if part.type == 'image' %}no place{% endif %}{% endfor %}\"}");
        try (ImageToText blind = ImageToText.load(TorchEngine.cpu(), folder)) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> blind.describe(Pictures.picture(8, 8), "What?"))
                    .getMessage();
            assertTrue(message.contains("makes 0 <|image|> of 1 pictures"), message);
        }
    }

    @Test
    void picturesAndPlacesAreAsMany() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> describer.answer(
                                List.of(ChatMessage.user(new ChatMessage.Image(), new ChatMessage.Text("What?"))),
                                List.of(),
                                GREEDY,
                                new SplittableRandom(),
                                piece -> {}))
                .getMessage();
        assertTrue(message.contains("places for 1 pictures, got 0"), message);
    }

    @Test
    void tilesThatTheModelDoesNotTakeAreNamed(@TempDir Path folder) throws IOException {
        Pictures.copy(FOLDER, folder, "");
        Path file = folder.resolve("preprocessor_config.json");
        String json = Files.readString(file);
        for (String changed : new String[] {
            json.replace("\"max_image_tiles\": 4", "\"max_image_tiles\": 2"),
            json.replace("\"height\": 20", "\"height\": 30").replace("\"width\": 20", "\"width\": 30")
        }) {
            Files.writeString(file, changed);
            String message = assertThrows(WeightException.class, () -> ImageToText.load(TorchEngine.cpu(), folder))
                    .getMessage();
            assertTrue(message.contains("preprocessor_config.json makes at most"), message);
        }
    }

    @Test
    void masksAreTheReferences() throws IOException {
        for (JsonNode each : Pictures.json("cross-attention-masks.json")) {
            int[] ids = StreamSupport.stream(each.get("ids").spliterator(), false)
                    .mapToInt(JsonNode::asInt)
                    .toArray();
            List<Integer> tiles = StreamSupport.stream(each.get("tiles").spliterator(), false)
                    .map(JsonNode::asInt)
                    .toList();
            long[] due =
                    each.get("mask").asText().chars().mapToLong(c -> c - '0').toArray();
            int[] places = CrossAttentionMask.places(ids, 99);
            assertArrayEquals(
                    due,
                    CrossAttentionMask.of(
                            ids.length, places, tiles, each.get("most").asInt()));
        }
    }
}
