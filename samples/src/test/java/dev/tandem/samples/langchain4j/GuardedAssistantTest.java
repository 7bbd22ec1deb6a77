package dev.tandem.samples.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.guardrail.InputGuardrailException;
import dev.langchain4j.guardrail.OutputGuardrailException;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.ScriptedStages;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.langchain4j.TandemChatModel;
import dev.tandem.core.langchain4j.TandemStreamingChatModel;
import dev.tandem.samples.SampleProgram;
import dev.tandem.samples.langchain4j.GuardedAssistant.Friend;
import dev.tandem.samples.langchain4j.GuardedAssistant.NoAddresses;
import dev.tandem.samples.langchain4j.GuardedAssistant.NoPhotosOf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's guardrails around the agent, with a model whose answers are scripted and with the default. */
class GuardedAssistantTest {

    private static final String ASKED_AGAIN = "Please tell me in words, without a photo.";

    @TempDir
    Path folder;

    private static String said(Dialogue dialogue) {
        return dialogue.turns().get(dialogue.size() - 1).text();
    }

    private static PhotoSharingAgent agent(ScriptedStages stages) {
        stages.context = 400;
        return stages.builder().build();
    }

    private static <T> AiServices<T> guarded(Class<T> service) {
        return AiServices.builder(service).inputGuardrails(new NoAddresses()).outputGuardrails(new NoPhotosOf("car"));
    }

    private final MessageWindowChatMemory memory = MessageWindowChatMemory.withMaxMessages(20);

    private Friend friend(ScriptedStages stages) {
        return guarded(Friend.class)
                .chatModel(TandemChatModel.builder().agent(agent(stages)).build())
                .chatMemory(memory)
                .build();
    }

    @Test
    void photosThatAreAllowedComeThrough() {
        AiMessage answer = friend(new ScriptedStages(d -> "look <a red kite>")).chat("what did you see?");
        assertEquals("look", answer.text());
        assertEquals("a red kite", answer.images().get(0).revisedPrompt());
        assertFalse(answer.images().get(0).base64Data().isEmpty());
    }

    @Test
    void anUnwantedPhotoIsAskedForAgainInWords() {
        ScriptedStages stages =
                new ScriptedStages(d -> said(d).equals(ASKED_AGAIN) ? "it was red" : "look <a red car>");
        AiMessage answer = friend(stages).chat("what did you see?");
        assertEquals("it was red", answer.text());
        assertEquals(List.of(), answer.images());
        assertEquals(2, stages.asked.size());
        assertEquals("what did you see?", stages.asked.get(1).turns().get(0).text());
        // what LangChain4j remembers is the refused answer, as docs/langchain4j.md warns
        AiMessage remembered =
                (AiMessage) memory.messages().get(memory.messages().size() - 1);
        assertEquals("a red car", remembered.images().get(0).revisedPrompt());
    }

    @Test
    void whoInsistsOnItIsRefused() {
        ScriptedStages stages = new ScriptedStages(d -> "<a red car>");
        OutputGuardrailException refused = assertThrows(
                OutputGuardrailException.class, () -> friend(stages).chat("what did you see?"));
        assertTrue(refused.getMessage().contains("no photos of a car"), refused.getMessage());
        assertTrue(stages.asked.size() > 1, "asked once more at least");
    }

    @Test
    void whatIsRefusedBeforehandIsNeverAsked() {
        ScriptedStages stages = new ScriptedStages(d -> "ok");
        InputGuardrailException refused =
                assertThrows(InputGuardrailException.class, () -> friend(stages).chat("write to ann@example.org"));
        assertTrue(refused.getMessage().contains("leave out e-mail addresses"), refused.getMessage());
        assertEquals(List.of(), stages.asked);
    }

    /** The same, as it comes. */
    interface StreamingFriend {
        TokenStream chat(String message);
    }

    /** What a stream told. */
    private static final class Heard {
        final List<String> pieces = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

        Heard(ScriptedStages stages, MessageWindowChatMemory memory, String message) {
            guarded(StreamingFriend.class)
                    .streamingChatModel(TandemStreamingChatModel.builder()
                            .agent(agent(stages))
                            .build())
                    .chatMemory(memory)
                    .build()
                    .chat(message)
                    .onPartialResponse(pieces::add)
                    .onCompleteResponse(end::complete)
                    .onError(end::completeExceptionally)
                    .start();
        }

        AiMessage answer() throws Exception {
            return end.get(20, TimeUnit.SECONDS).aiMessage();
        }
    }

    @Test
    void nothingIsHeardOfAStreamedAnswerThatIsRefused() {
        Heard heard = new Heard(new ScriptedStages(d -> "look <a red car>"), memory, "what did you see?");
        Throwable refused =
                assertThrows(ExecutionException.class, heard::answer).getCause();
        assertEquals(OutputGuardrailException.class, refused.getClass());
        assertEquals(List.of(), heard.pieces);
    }

    @Test
    void theCompleteAnswerOfAStreamIsTheOneThatWasAskedForAgain() throws Exception {
        ScriptedStages stages =
                new ScriptedStages(d -> said(d).equals(ASKED_AGAIN) ? "it was red" : "look <a red car>");
        Heard heard = new Heard(stages, memory, "what did you see?");
        assertEquals("it was red", heard.answer().text());
        assertEquals(List.of(), heard.answer().images());
    }

    @Test
    void streamedPhotosThatAreAllowedComeThroughAndAreRemembered() throws Exception {
        Heard heard = new Heard(new ScriptedStages(d -> "look <a red kite>"), memory, "what did you see?");
        assertEquals("a red kite", heard.answer().images().get(0).revisedPrompt());
        AiMessage remembered = (AiMessage) memory.messages().get(1);
        assertEquals("a red kite", remembered.images().get(0).revisedPrompt());
        assertEquals("look ", String.join("", heard.pieces));
    }

    @Test
    void theProgramGuardsTheDefault() throws Exception {
        String message = "Can you show me a photo of a red car in the snow?";
        List<String> allowed = SampleProgram.run(GuardedAssistant.class, folder, message, "balloon");
        assertTrue(allowed.get(allowed.size() - 1).startsWith("a photo of a red car"), allowed.toString());
        List<String> guarded = SampleProgram.run(GuardedAssistant.class, folder, message, "car");
        assertFalse(guarded.isEmpty());
        assertTrue(
                guarded.stream().noneMatch(line -> line.startsWith("a photo of ") && line.contains("car")),
                guarded.toString());
    }
}
