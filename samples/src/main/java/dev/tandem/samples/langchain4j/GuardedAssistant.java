package dev.tandem.samples.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.guardrail.GuardrailException;
import dev.langchain4j.guardrail.InputGuardrail;
import dev.langchain4j.guardrail.InputGuardrailResult;
import dev.langchain4j.guardrail.OutputGuardrail;
import dev.langchain4j.guardrail.OutputGuardrailResult;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.service.AiServices;
import dev.tandem.core.langchain4j.TandemChatModel;

/** An AI service of LangChain4j with guardrails: one reads what is asked, the other the captions of the photos in the answer. */
public final class GuardedAssistant {

    /** What LangChain4j makes an object of. */
    interface Friend {
        AiMessage chat(String message);
    }

    /** Refuses messages with an e-mail address, before the model reads them. */
    static final class NoAddresses implements InputGuardrail {
        @Override
        public InputGuardrailResult validate(UserMessage message) {
            return message.singleText().contains("@") ? fatal("leave out e-mail addresses") : success();
        }
    }

    /**
     * Asks again, in words, where a photo would show what nobody wants to see.
     *
     * @param what as captions say it
     */
    record NoPhotosOf(String what) implements OutputGuardrail {
        @Override
        public OutputGuardrailResult validate(AiMessage answer) {
            for (Image photo : answer.images()) {
                if (photo.revisedPrompt().contains(what)) {
                    return reprompt("no photos of a " + what, "Please tell me in words, without a photo.");
                }
            }
            // after success() LangChain4j takes over only the words of an answer that it asked for again, and the
            // first answer's photos stay with them
            return successWith(answer);
        }
    }

    private GuardedAssistant() {}

    /**
     * Says something.
     *
     * @param args the message, then what photos must not show
     */
    public static void main(String... args) {
        try (TandemChatModel model = TandemChatModel.builder().build()) {
            Friend friend = AiServices.builder(Friend.class)
                    .chatModel(model)
                    .chatMemory(MessageWindowChatMemory.withMaxMessages(20))
                    .inputGuardrails(new NoAddresses())
                    .outputGuardrails(new NoPhotosOf(args[1]))
                    .build();
            AiMessage answer = friend.chat(args[0]);
            System.out.println(answer.text());
            answer.images().forEach(photo -> System.out.println("a photo of " + photo.revisedPrompt()));
        } catch (GuardrailException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
