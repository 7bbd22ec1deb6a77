package dev.tandem.core.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ChatMessageDeserializer;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.PngFile;
import dev.tandem.core.vision.SentPhoto;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LangChain4jMessagesTest {

    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
    }

    @Test
    void aDialogueSurvivesTheWayThereAndBack() throws IOException {
        Dialogue dialogue = new Dialogue(List.of(
                Turn.user("what did you see?"),
                new Turn(Speaker.AGENT, List.of(new Words("look!"), Photo.ofPng("a red car", png(7, 5), 0))),
                Turn.user("nice"),
                new Turn(Speaker.AGENT, List.of(Photo.described("two dogs")))));
        List<ChatMessage> messages = LangChain4jMessages.toLangChain4j(dialogue);
        assertEquals(dialogue, LangChain4jMessages.fromLangChain4j(messages));
        AiMessage shared = (AiMessage) messages.get(1);
        assertEquals("look!", shared.text());
        assertEquals("a red car", shared.images().get(0).revisedPrompt());
        assertEquals("image/png", shared.images().get(0).mimeType());
    }

    @Test
    void wordsAndPhotosKeepTheirOrder() {
        Dialogue dialogue = new Dialogue(List.of(
                new Turn(
                        Speaker.AGENT,
                        List.of(
                                Photo.described("a cat"),
                                new Words("first"),
                                Photo.described("a dog"),
                                Photo.described("two dogs"),
                                new Words("last"))),
                new Turn(Speaker.AGENT, List.of(new Words("one"), Photo.described("a red car")))));
        List<ChatMessage> messages = LangChain4jMessages.toLangChain4j(dialogue);
        AiMessage first = (AiMessage) messages.get(0);
        assertEquals("first last", first.text());
        assertEquals(List.of(0, 5, 5), LangChain4jMessages.photoPlaces(first));
        assertEquals(dialogue, LangChain4jMessages.fromLangChain4j(messages));
        List<ChatMessage> stored = ChatMessageDeserializer.messagesFromJson(ChatMessageSerializer.messagesToJson(
                List.of(AiMessage.builder()
                        .text("first last")
                        .attributes(Map.of(LangChain4jMessages.PHOTO_PLACES_KEY, List.of(0, 5, 5)))
                        .build())));
        assertEquals(
                List.of(0, 5, 5), ((AiMessage) stored.get(0)).attributes().get(LangChain4jMessages.PHOTO_PLACES_KEY));
        assertEquals(
                Set.of(AiMessage.GENERATED_IMAGES_KEY),
                ((AiMessage) messages.get(1)).attributes().keySet(),
                "photos at the end need no places");
    }

    @Test
    void placesThatAreMissingOrMakeNoSenseAreTheEnd() {
        AiMessage message = (AiMessage) LangChain4jMessages.toLangChain4j(new Dialogue(List.of(new Turn(
                        Speaker.AGENT,
                        List.of(new Words("look"), Photo.described("a cat"), Photo.described("a dog"))))))
                .get(0);
        assertEquals(List.of(4, 4), LangChain4jMessages.photoPlaces(message));
        for (Object wrong : new Object[] {"x", List.of(1), List.of("a", "b"), List.of(99, -1)}) {
            Map<String, Object> attributes = new HashMap<>(message.attributes());
            attributes.put(LangChain4jMessages.PHOTO_PLACES_KEY, wrong);
            AiMessage told = message.toBuilder().attributes(attributes).build();
            assertEquals(List.of(4, 4), LangChain4jMessages.photoPlaces(told), wrong.toString());
        }
    }

    @Test
    void systemMessagesAreLeftOut() {
        assertEquals(
                new Dialogue(List.of(Turn.user("hi"))),
                LangChain4jMessages.fromLangChain4j(List.of(SystemMessage.from("be kind"), UserMessage.from("hi"))));
    }

    @Test
    void messagesOfToolsAreRefused() {
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .id("1")
                .name("clock")
                .arguments("{}")
                .build();
        assertThrows(
                IllegalArgumentException.class,
                () -> LangChain4jMessages.fromLangChain4j(List.of(AiMessage.from(call))));
        assertThrows(
                IllegalArgumentException.class,
                () -> LangChain4jMessages.fromLangChain4j(List.of(ToolExecutionResultMessage.from(call, "noon"))));
    }

    @Test
    void whatIsNoPngIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Photo.ofPng("a dog", new byte[30], 0));
    }

    @Test
    void photosThatAPersonSendsAreImagesOfHisMessage() {
        Photo photo = SentPhoto.of(PngFile.encode(new Picture(2, 1, new byte[6]), "test", Instant.EPOCH, null));
        Dialogue dialogue = new Dialogue(List.of(new Turn(Speaker.USER, List.of(photo, new Words("look")))));
        List<ChatMessage> messages = LangChain4jMessages.toLangChain4j(dialogue);
        assertEquals(dialogue, LangChain4jMessages.fromLangChain4j(messages));
        UserMessage far = UserMessage.from(ImageContent.from("https://example.org/a.png"));
        assertThrows(IllegalArgumentException.class, () -> LangChain4jMessages.fromLangChain4j(List.of(far)));
    }
}
