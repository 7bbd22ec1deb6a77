package dev.tandem.core.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
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
import java.util.List;
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
