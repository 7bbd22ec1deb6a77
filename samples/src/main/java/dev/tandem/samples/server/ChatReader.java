package dev.tandem.samples.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.stage.LanguageOptions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Reads requests for the chat, and refuses what they ask for in vain. */
final class ChatReader {

    private final PhotoSharingAgent agent;
    private final Limits limits;
    private final ModelName model;

    ChatReader(PhotoSharingAgent agent, Limits limits, ModelName model) {
        this.agent = agent;
        this.limits = limits;
        this.model = model;
    }

    ChatRequest read(ObjectNode body) {
        Fields fields = new Fields(body, "");
        model.require(fields.text("model"));
        boolean stream = fields.flag("stream");
        Fields streaming = fields.object("stream_options");
        boolean usage = streaming != null && streaming.flag("include_usage");
        LanguageOptions options = options(fields);
        String conversation = fields.text("conversation");
        boolean regenerate = fields.flag("regenerate");
        Dialogue said = new MessageReader(limits).read(fields.list("messages"));
        refuse(fields);
        requireAnswerable(said, conversation, regenerate);
        return new ChatRequest(said, options, stream, usage, conversation);
    }

    private static void requireAnswerable(Dialogue said, @Nullable String conversation, boolean regenerate) {
        String param = "messages";
        if (regenerate) {
            if (conversation == null || said.size() > 0) {
                throw ApiException.invalid(
                        "regenerate",
                        "invalid_value",
                        "'regenerate' answers the last message of a stored conversation again: it needs 'conversation', and no 'messages'");
            }
        } else if (said.size() == 0) {
            throw ApiException.invalid(
                    param, "missing_message", "'messages' must hold a message of the user, and it must not be empty");
        } else if (said.turns().get(said.size() - 1).speaker() != Speaker.USER) {
            throw ApiException.invalid(param, "invalid_value", "the last of 'messages' must be the user's");
        } else if (conversation != null && said.size() > 1) {
            throw ApiException.invalid(
                    param,
                    "invalid_value",
                    "with 'conversation', 'messages' holds only the new message of the user; what was said before is stored");
        }
    }

    private LanguageOptions options(Fields fields) {
        LanguageOptions own = agent.languageOptions();
        Integer tokens = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        Integer older = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        int most = Objects.requireNonNullElse(tokens != null ? tokens : older, own.maxNewTokens());
        return own.toBuilder()
                .maxNewTokens(Math.min(most, own.maxNewTokens()))
                .temperature(within(fields, "temperature", 0, 2, own.temperature()))
                .topP(within(fields, "top_p", 1e-6, 1, own.topP()))
                .seed(Objects.requireNonNullElseGet(
                        fields.integer("seed"),
                        () -> ThreadLocalRandom.current().nextLong()))
                .maxCaptions(wantsPhotos(fields) ? own.maxCaptions() : 0)
                .build();
    }

    private static double within(Fields fields, String field, double least, double most, double otherwise) {
        Double value = fields.number(field);
        if (value == null) {
            return otherwise;
        }
        if (value < least || value > most) {
            throw ApiException.invalid(
                    field,
                    "invalid_value",
                    "'" + field + "' lies from " + (least == 0 ? "0" : "above 0") + " to " + (int) most + ", got "
                            + value);
        }
        return value;
    }

    private static boolean wantsPhotos(Fields fields) {
        List<JsonNode> modalities = fields.list("modalities");
        for (JsonNode each : modalities) {
            if (!each.asText().equals("text") && !each.asText().equals("image")) {
                throw ApiException.unsupported(
                        "modalities", "'modalities' may hold \"text\" and \"image\"; nothing else is answered in");
            }
        }
        return modalities.stream().anyMatch(each -> each.asText().equals("image"));
    }

    private static void refuse(Fields fields) {
        fields.ignore(
                "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "verbosity");
        fields.neutral("n", "1");
        fields.neutral("stop", "[]");
        fields.neutral("tools", "[]");
        fields.neutral("functions", "[]");
        fields.neutral("tool_choice", "\"none\"", "\"auto\"");
        fields.neutral("parallel_tool_calls", "true", "false");
        fields.neutral("frequency_penalty", "0", "0.0");
        fields.neutral("presence_penalty", "0", "0.0");
        fields.neutral("logprobs", "false");
        fields.neutral("top_logprobs", "0");
        fields.neutral("logit_bias", "{}");
        fields.neutral("response_format", "{\"type\":\"text\"}");
        fields.refuseOthers();
    }
}
