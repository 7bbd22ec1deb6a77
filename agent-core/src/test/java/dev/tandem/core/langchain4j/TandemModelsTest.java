package dev.tandem.core.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.ScriptedStages;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.PngFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TandemModelsTest {

    private static TandemChatModel model(PhotoSharingAgent agent) {
        return TandemChatModel.builder().agent(agent).build();
    }

    @Test
    void anAnswerCarriesWordsAndPhotos() {
        ScriptedStages stages = new ScriptedStages(d -> "hi <a dog>");
        TandemChatModel model = model(stages.builder().build());
        ChatResponse response = model.chat(UserMessage.from("hello"));
        AiMessage answer = response.aiMessage();
        assertEquals("hi", answer.text());
        Image photo = answer.images().get(0);
        assertEquals("a dog", photo.revisedPrompt());
        assertEquals("image/png", photo.mimeType());
        assertEquals((byte) 0x89, Base64.getDecoder().decode(photo.base64Data())[0]);
        assertEquals(10, response.tokenUsage().outputTokenCount());
        assertEquals(FinishReason.STOP, response.finishReason());
        assertEquals("scripted", response.modelName());
    }

    @Test
    void theAnswersMessageIsReadBackAsWhatWasSaid() {
        ScriptedStages stages = new ScriptedStages(d -> d.size() == 1 ? "see <a dog>" : "yes");
        TandemChatModel model = model(stages.builder().build());
        AiMessage first = model.chat(UserMessage.from("hello")).aiMessage();
        model.chat(List.of(
                SystemMessage.from("be kind"),
                UserMessage.from("hello"),
                first,
                UserMessage.from("is it [IMG] yours?")));
        Dialogue asked = stages.asked.get(1);
        assertEquals(3, asked.size());
        assertEquals("a dog", asked.turns().get(1).photos().get(0).caption());
        assertEquals("is it [ IMG] yours?", asked.turns().get(2).text());
    }

    @Test
    void photosOfTheUserAreSeenByModelsThatSeeAndRefusedByOthers() {
        ScriptedStages stages = new ScriptedStages(d -> "a red one");
        TandemChatModel model = model(stages.builder().build());
        String png = Base64.getEncoder()
                .encodeToString(PngFile.encode(new Picture(2, 1, new byte[6]), "test", Instant.EPOCH, null));
        UserMessage message = UserMessage.from(ImageContent.from(png, "image/png"), TextContent.from("what is it?"));
        UnsupportedFeatureException refused =
                assertThrows(UnsupportedFeatureException.class, () -> model.chat(message));
        assertTrue(refused.getMessage().contains("which sees none"), refused.getMessage());
        stages.sees = true;
        assertEquals("a red one", model.chat(message).aiMessage().text());
        assertEquals(2, stages.asked.get(0).turns().get(0).photos().get(0).width());
        UserMessage away =
                UserMessage.from(ImageContent.from("https://example.org/cat.png"), TextContent.from("and this?"));
        assertTrue(assertThrows(UnsupportedFeatureException.class, () -> model.chat(away))
                .getMessage()
                .contains("nothing is fetched"));
    }

    @Test
    void parametersOfARequestAreTaken() {
        ScriptedStages stages = new ScriptedStages(d -> "a long answer");
        TandemChatModel model = TandemChatModel.builder()
                .agent(stages.builder().build())
                .maxOutputTokens(4)
                .seed(1L)
                .build();
        ChatResponse response = model.chat(UserMessage.from("hello"));
        assertEquals("a lo", response.aiMessage().text());
        assertEquals(4, model.defaultRequestParameters().maxOutputTokens());
        ChatResponse shorter = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(ChatRequestParameters.builder().maxOutputTokens(1).build())
                .build());
        assertEquals("a", shorter.aiMessage().text());
        assertNotEquals(stages.languageSeeds.get(0), stages.languageSeeds.get(1));
    }

    private static void refused(String what, Consumer<DefaultChatRequestParameters.Builder<?>> setting) {
        TandemChatModel model = model(new ScriptedStages(d -> "x").builder().build());
        DefaultChatRequestParameters.Builder<?> parameters = ChatRequestParameters.builder();
        setting.accept(parameters);
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(parameters.build())
                .build();
        UnsupportedFeatureException e = assertThrows(UnsupportedFeatureException.class, () -> model.chat(request));
        assertTrue(e.getMessage().contains(what), e.getMessage());
    }

    @Test
    void whatTheModelHasNotIsRefused() {
        refused(
                "tools",
                p -> p.toolSpecifications(
                        ToolSpecification.builder().name("weather").build()));
        refused("ToolChoice", p -> p.toolChoice(ToolChoice.REQUIRED));
        refused("JSON", p -> p.responseFormat(ResponseFormat.JSON));
        refused("stopSequences", p -> p.stopSequences("."));
        refused("topK", p -> p.topK(3));
        refused("frequencyPenalty", p -> p.frequencyPenalty(0.5));
        refused("presencePenalty", p -> p.presencePenalty(0.5));
        refused("modelName", p -> p.modelName("gpt"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \u0000 "})
    void emptyMessagesAreInvalid(String text) {
        TandemChatModel model = model(new ScriptedStages(d -> "x").builder().build());
        List<ChatMessage> messages = text.isEmpty()
                ? List.of(UserMessage.from("hi"), AiMessage.from("hello"))
                : List.of(UserMessage.from(text));
        assertThrows(InvalidRequestException.class, () -> model.chat(messages));
    }

    @Test
    void settingsThatTheModelHasNotAreRefusedAtOnce() {
        TandemChatModel.Builder builder = TandemChatModel.builder()
                .agent(new ScriptedStages(d -> "x").builder().build());
        assertThrows(
                InvalidRequestException.class, () -> builder.temperature(-1.0).build());
        builder.temperature(null)
                .defaultRequestParameters(
                        ChatRequestParameters.builder().topK(3).build());
        assertThrows(UnsupportedFeatureException.class, builder::build);
    }

    @Test
    void listenersHearRequestsAnswersAndErrors() {
        List<String> heard = new ArrayList<>();
        ChatModelListener listener = new ChatModelListener() {
            @Override
            public void onRequest(ChatModelRequestContext context) {
                heard.add("request " + context.modelProvider());
            }

            @Override
            public void onResponse(ChatModelResponseContext context) {
                heard.add("response " + context.chatResponse().aiMessage().text());
            }

            @Override
            public void onError(ChatModelErrorContext context) {
                heard.add("error " + context.error().getClass().getSimpleName());
            }
        };
        ChatModel model = TandemChatModel.builder()
                .agent(new ScriptedStages(d -> "x")
                        .builder()
                        .maxMessageLength(5)
                        .build())
                .listeners(List.of(listener))
                .build();
        model.chat("hello");
        assertThrows(InvalidRequestException.class, () -> model.chat("hello again"));
        assertEquals(List.of("request OTHER", "response x", "request OTHER", "error InvalidRequestException"), heard);
    }

    @Test
    void aModelClosesTheAgentOnlyIfItIsItsOwn() {
        PhotoSharingAgent agent = new ScriptedStages(d -> "x").builder().build();
        model(agent).close();
        assertEquals("x", agent.reply(Dialogue.EMPTY, "hello").text());
    }

    /** Hears everything and waits for the end. */
    private static class Heard implements StreamingChatResponseHandler {

        final List<Object> events = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String piece) {
            events.add(piece);
        }

        @Override
        public void onUnmappedRawEvent(Object event) {
            events.add(
                    event instanceof PhotoEvent.Shared shared ? shared.image().revisedPrompt() + "!" : event);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            end.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            end.completeExceptionally(error);
        }

        ChatResponse response() throws Exception {
            return end.get(20, TimeUnit.SECONDS);
        }
    }

    private static TandemStreamingChatModel streaming(PhotoSharingAgent agent) {
        return TandemStreamingChatModel.builder().agent(agent).build();
    }

    @Test
    void wordsAndPhotosAreStreamed() throws Exception {
        Heard heard = new Heard();
        streaming(new ScriptedStages(d -> "ok<dog>").builder().build()).chat("hello", heard);
        ChatResponse response = heard.response();
        assertEquals("ok", response.aiMessage().text());
        assertEquals("dog", response.aiMessage().images().get(0).revisedPrompt());
        assertEquals(
                List.of(
                        "o",
                        "k",
                        new PhotoEvent.Begun(),
                        new PhotoEvent.Drawing("dog", 0, 3),
                        new PhotoEvent.Drawing("dog", 1, 3),
                        new PhotoEvent.Drawing("dog", 2, 3),
                        new PhotoEvent.Drawing("dog", 3, 3),
                        "dog!"),
                heard.events);
    }

    @Test
    void aCancelledStreamSaysNothingMore() throws Exception {
        CountDownLatch said = new CountDownLatch(1);
        ScriptedStages stages = new ScriptedStages(d -> "one two three");
        List<Runnable> work = new ArrayList<>();
        TandemStreamingChatModel model = TandemStreamingChatModel.builder()
                .agent(stages.builder().build())
                .executor(work::add)
                .build();
        Heard heard = new Heard() {
            @Override
            public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
                events.add(piece.text());
                if (events.size() == 3) {
                    context.streamingHandle().cancel();
                    said.countDown();
                }
            }
        };
        model.chat("hello", heard);
        work.get(0).run();
        assertTrue(said.await(1, TimeUnit.SECONDS));
        assertEquals(3, heard.events.size());
        assertFalse(heard.end.isDone());
    }

    @Test
    void whatFailsComesToOnError() {
        Heard heard = new Heard();
        streaming(new ScriptedStages(d -> "x").builder().maxMessageLength(3).build())
                .chat("hello", heard);
        Throwable error = assertThrows(Exception.class, heard::response).getCause();
        assertEquals(InvalidRequestException.class, error.getClass());
    }

    @Test
    void theImageModelDrawsWhatItIsTold() {
        ScriptedStages stages = new ScriptedStages(d -> "x");
        TandemImageModel model = TandemImageModel.builder()
                .agent(stages.builder().build())
                .steps(2)
                .seed(3L)
                .build();
        Image image = model.generate("a red kite").content();
        assertEquals("a red kite", image.revisedPrompt());
        List<Image> more = model.generate("a red kite", 2).content();
        assertEquals(2, more.size());
        assertNotEquals(stages.drawn.get(1).seed(), stages.drawn.get(2).seed());
        assertEquals(2, stages.drawn.get(0).steps());
        assertThrows(InvalidRequestException.class, () -> model.generate(" "));
        assertThrows(InvalidRequestException.class, () -> model.generate("kite", 11));
        assertNull(image.url());
    }

    @Test
    void tokensAreCountedAsTheModelReadsThem() {
        PhotoSharingAgent agent = new ScriptedStages(d -> "x").builder().build();
        TandemTokenCountEstimator estimator = new TandemTokenCountEstimator(agent);
        assertEquals(2 + 5, estimator.estimateTokenCountInText("hello"));
        assertEquals(0, estimator.estimateTokenCountInText(""));
        assertEquals(
                2 + 2 + 2 + 3,
                estimator.estimateTokenCountInMessages(List.of(UserMessage.from("hi"), AiMessage.from("you"))));
    }
}
