package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.stage.LanguageUsage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The objects that one answer of the chat is sent as.
 *
 * @param id of the answer
 * @param model that gave it
 * @param created when it was asked for
 */
record ChatJson(String id, String model, Instant created) {

    static ChatJson begin(String model) {
        return new ChatJson("chatcmpl-" + Ids.fresh(), model, Instant.now());
    }

    /** The whole answer. */
    ObjectNode completion(Reply reply) {
        ObjectNode answer = head("chat.completion");
        ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
        ObjectNode message = MessageJson.answer(reply.parts());
        if (reply.photos().isEmpty()) {
            message.remove(List.of("images", "parts")); // an answer in words alone is as OpenAI's
        }
        message.putNull("refusal");
        choice.set("message", message);
        choice.putNull("logprobs");
        choice.put("finish_reason", finish(reply));
        answer.set("usage", usage(reply));
        return answer;
    }

    /** A piece of it. */
    ObjectNode chunk(ObjectNode delta, @Nullable String finish) {
        ObjectNode chunk = head("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", finish);
        return chunk;
    }

    /** The piece that counts tokens. */
    ObjectNode usageChunk(Reply reply) {
        ObjectNode chunk = head("chat.completion.chunk");
        chunk.putArray("choices");
        chunk.set("usage", usage(reply));
        return chunk;
    }

    static String finish(Reply reply) {
        if (reply.isWithheld()) {
            return "content_filter";
        }
        return reply.usage().finish() == LanguageUsage.Finish.LENGTH ? "length" : "stop";
    }

    private static ObjectNode usage(Reply reply) {
        LanguageUsage usage = reply.usage();
        return Json.object()
                .put("prompt_tokens", usage.promptTokens())
                .put("completion_tokens", usage.newTokens())
                .put("total_tokens", usage.promptTokens() + usage.newTokens());
    }

    private ObjectNode head(String object) {
        return Json.object()
                .put("id", id)
                .put("object", object)
                .put("created", created.getEpochSecond())
                .put("model", model);
    }
}
