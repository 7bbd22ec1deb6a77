package dev.tandem.samples.spring;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.tandem.core.langchain4j.PhotoEvent;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Answers messages. Whoever knows a conversation's name can read it: an application for more than one person puts Spring Security before this, and its
 * user's name into the conversation's.
 */
@RestController
class ChatController {

    /** What the agent says. */
    record Answer(String text, List<SharedPhoto> photos) {}

    /** More of the words. As JSON, because a client of events takes a leading blank away. */
    record Words(String text) {}

    /** A photo, its picture as a {@code data:} address that a page can show. */
    record SharedPhoto(String caption, String url) {

        static SharedPhoto of(Image image) {
            return new SharedPhoto(image.revisedPrompt(), "data:" + image.mimeType() + ";base64," + image.base64Data());
        }
    }

    private final Assistant assistant;

    ChatController(Assistant assistant) {
        this.assistant = assistant;
    }

    @PostMapping("/chat/{conversation}")
    Answer chat(@PathVariable String conversation, @RequestBody String message) {
        AiMessage answer = assistant.chat(conversation, required(message));
        return new Answer(
                answer.text(), answer.images().stream().map(SharedPhoto::of).toList());
    }

    /** The same as it comes: words, then how far a photo is, then the photo. */
    @PostMapping(path = "/chat/{conversation}/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter stream(@PathVariable String conversation, @RequestBody String message) {
        ChatEvents events = new ChatEvents();
        assistant.stream(conversation, required(message))
                .onPartialResponseWithContext((piece, context) -> {
                    events.cancelWith(context.streamingHandle());
                    events.send("text", new Words(piece.text()));
                })
                .onUnmappedRawEvent(event -> {
                    if (event instanceof PhotoEvent.Drawing drawing) {
                        events.send("drawing", drawing);
                    } else if (event instanceof PhotoEvent.Shared shared) {
                        events.send("photo", SharedPhoto.of(shared.image()));
                    }
                })
                .onCompleteResponse(response -> events.end())
                .onError(events::fail)
                .start();
        return events.emitter();
    }

    private static String required(String message) {
        if (message.isBlank()) {
            throw new InvalidRequestException("the message is empty");
        }
        return message;
    }

    @ExceptionHandler
    ProblemDetail cannotBeAnswered(InvalidRequestException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
}
