package dev.tandem.core.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.TokenUsage;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.Conversation;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.ScriptedStages;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HostedLanguageStageTest {

    private final ScriptedStages stages = new ScriptedStages(d -> "");

    private PhotoSharingAgent agent(HostedLanguageStage hosted) {
        return PhotoSharingAgent.builder()
                .stages(ScriptedStages.CONFIG, hosted, stages.bridge, stages.image)
                .build();
    }

    /** Streams these pieces on a thread of its own, as HTTP clients do. */
    private record Streaming(List<String> pieces, List<ChatRequest> asked) implements StreamingChatModel {

        @Override
        public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
            asked.add(request);
            CompletableFuture.runAsync(() -> {
                pieces.forEach(handler::onPartialResponse);
                handler.onCompleteResponse(ChatResponse.builder()
                        .aiMessage(AiMessage.from(String.join("", pieces)))
                        .tokenUsage(new TokenUsage(7, 9))
                        .build());
            });
        }
    }

    @Test
    void captionsThatAHostedModelWritesAreDrawn() {
        List<ChatRequest> asked = new CopyOnWriteArrayList<>();
        PhotoSharingAgent agent = agent(HostedLanguageStage.of(
                new Streaming(List.of("Look: [I", "MG] a red", " boat [/im", "g] nice", "?"), asked)));
        Conversation conversation = agent.conversation();
        List<String> heard = new ArrayList<>();
        Thread here = Thread.currentThread();
        Reply reply = conversation.say(
                "show me",
                new AgentListener() {
                    @Override
                    public void onText(String piece) {
                        assertSame(here, Thread.currentThread());
                        heard.add(piece);
                    }
                },
                new Cancellation());
        assertEquals("Look: nice?", reply.text());
        assertEquals(
                List.of("a red boat"),
                reply.photos().stream().map(Photo::caption).toList());
        assertEquals("Look:  nice?", String.join("", heard));
        assertEquals(7, reply.usage().promptTokens());

        conversation.say("is it [IMG] yours?");
        List<ChatMessage> messages = asked.get(1).messages();
        assertTrue(((SystemMessage) messages.get(0)).text().contains("[IMG], then one line"), messages.toString());
        assertEquals("Look: [IMG] a red boat [/IMG] nice?", ((AiMessage) messages.get(2)).text());
        assertEquals("is it [ IMG] yours?", ((UserMessage) messages.get(3)).singleText());
        assertEquals(20, asked.get(1).maxOutputTokens());
    }

    @Test
    void modelsThatAnswerAtOnceDoToo() {
        ChatModel model = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return ChatResponse.builder()
                        .aiMessage(AiMessage.from("[IMG]a cat[/IMG] [IMG] never closed"))
                        .build();
            }
        };
        Reply reply = agent(HostedLanguageStage.of(model)).conversation().say("hello");
        assertEquals("a cat", reply.photos().get(0).caption());
        assertEquals("never closed", reply.text());
        assertTrue(reply.usage().newTokens() > 0);
    }

    @Test
    void whatTheModelThrowsComesThrough() {
        StreamingChatModel model = new StreamingChatModel() {
            @Override
            public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
                handler.onPartialResponse("so");
                handler.onError(new RateLimitException("later"));
            }
        };
        Conversation conversation = agent(HostedLanguageStage.of(model)).conversation();
        assertThrows(RateLimitException.class, () -> conversation.say("hello"));
        assertEquals(0, conversation.dialogue().size());
    }

    @Test
    void cancellingEndsTheStreamOfASilentModel() throws Exception {
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        StreamingChatModel model = new StreamingChatModel() {
            @Override
            public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
                handler.onPartialResponse(new PartialResponse("so"), new PartialResponseContext(new StreamingHandle() {
                    @Override
                    public void cancel() {
                        cancelled.complete(true);
                    }

                    @Override
                    public boolean isCancelled() {
                        return cancelled.isDone();
                    }
                }));
            }
        };
        Cancellation cancellation = new Cancellation();
        AgentListener listener = new AgentListener() {
            @Override
            public void onText(String piece) {
                cancellation.cancel();
            }
        };
        Conversation conversation = agent(HostedLanguageStage.of(model)).conversation();
        assertThrows(CancelledException.class, () -> conversation.say("hello", listener, cancellation));
        assertTrue(cancelled.get(5, TimeUnit.SECONDS));
    }

    @Test
    void itIsOfOneModelWithAContext() {
        assertThrows(
                IllegalArgumentException.class,
                () -> HostedLanguageStage.builder().build());
        StreamingChatModel model = new Streaming(List.of(), List.of());
        assertThrows(
                IllegalArgumentException.class,
                () -> HostedLanguageStage.builder()
                        .streamingModel(model)
                        .contextLength(10)
                        .build());
        assertFalse(HostedLanguageStage.of(model).seesPhotos());
        assertEquals(8192, HostedLanguageStage.of(model).contextLength());
    }
}
