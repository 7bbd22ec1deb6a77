package dev.tandem.samples.server;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.tandem.core.dialogue.LangChain4jMessages;
import dev.tandem.core.dialogue.Photo;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A photo of an answer in a stored conversation, for which another may be drawn.
 *
 * @param owner of the conversation
 * @param conversation its id
 * @param message place of the answer, as the list of messages shows it
 * @param image place of the photo in the answer's {@code images}
 */
record StoredPhoto(String owner, String conversation, int message, int image) {

    private static final int MOST_DIGITS = 6;

    /** The photo that an address names. */
    static StoredPhoto of(Context context) {
        return new StoredPhoto(
                Access.owner(context),
                context.pathParam("id"),
                place(context.pathParam("message")),
                place(context.pathParam("image")));
    }

    private static int place(String digits) {
        return digits.matches("[0-9]{1," + MOST_DIGITS + "}") ? Integer.parseInt(digits) : Integer.MAX_VALUE;
    }

    /**
     * The answer that it is in.
     *
     * @throws ApiException if there is no such photo of the agent
     */
    AiMessage in(List<ChatMessage> messages) {
        if (message < messages.size()
                && messages.get(message) instanceof AiMessage answer
                && image < StoredTurn.images(answer).size()) {
            return answer;
        }
        throw ApiException.notFound(
                "image",
                "photo_not_found",
                "this conversation has no photo of the agent there; GET /v1/conversations/ID/messages shows which there are, counted from 0");
    }

    /** The answer with another photo in the place of this one; where its words and its other photos are does not change. */
    AiMessage replaced(AiMessage answer, Photo photo) {
        List<Image> images = new ArrayList<>(answer.images());
        for (int i = 0, shown = 0; i < images.size(); i++) {
            if (images.get(i).base64Data() != null && shown++ == image) {
                images.set(i, LangChain4jMessages.toLangChain4j(photo));
            }
        }
        Map<String, Object> attributes = new LinkedHashMap<>(answer.attributes());
        attributes.put(AiMessage.GENERATED_IMAGES_KEY, List.copyOf(images));
        return answer.toBuilder().attributes(attributes).build();
    }
}
