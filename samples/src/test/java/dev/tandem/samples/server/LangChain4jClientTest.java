package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiImageModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's client of OpenAI's API, as it is, talks to the server. */
class LangChain4jClientTest {

    @TempDir
    Path folder;

    private Served served;
    private String url;

    @BeforeEach
    void start() throws IOException {
        served = Served.in(folder);
        url = "http://127.0.0.1:" + served.server.port() + "/v1";
    }

    @AfterEach
    void stop() {
        served.close();
    }

    @Test
    void chatsAndSendsAPhoto() throws IOException {
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(url)
                .apiKey("none")
                .modelName("default")
                .temperature(0.5)
                .maxRetries(0)
                .build();
        assertEquals("[1 turns, 0 photos] hello", model.chat("hello"));
        String picture = Served.picture(20, 10);
        ChatResponse seen = model.chat(UserMessage.from(
                TextContent.from("what is it?"),
                ImageContent.from(picture.substring(picture.indexOf(',') + 1), "image/png")));
        assertEquals("[1 turns, 1 photos] what is it?", seen.aiMessage().text());
        assertEquals(1, seen.tokenUsage().inputTokenCount());
    }

    @Test
    void streamsAndGetsAPhoto() throws Exception {
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(url)
                .apiKey("none")
                .modelName("default")
                .customParameters(Map.of("modalities", List.of("text", "image")))
                .build();
        StringBuilder heard = new StringBuilder();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        model.chat("look <a dog>", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                heard.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }
        });
        ChatResponse response = whole.get(20, TimeUnit.SECONDS);
        assertEquals("[1 turns, 0 photos] look ", heard.toString());
        assertEquals(heard.toString(), response.aiMessage().text());
        assertTrue(
                served.get("/metrics").body().contains("tandem_photos_drawn_total 1.0"),
                "photos are in the raw events");
    }

    @Test
    void draws() throws IOException {
        OpenAiImageModel model = OpenAiImageModel.builder()
                .baseUrl(url)
                .apiKey("none")
                .modelName("default")
                .size("16x8")
                .maxRetries(0)
                .build();
        Image image = model.generate("a red car").content();
        assertEquals("a red car", image.revisedPrompt());
        assertEquals(16, Served.width("," + image.base64Data()));
    }
}
