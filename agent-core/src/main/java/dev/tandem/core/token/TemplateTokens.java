package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.weights.WeightException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Checks the templates that put special tokens around a text ({@code TemplateProcessing}): each token that they name must be described
 * beside them. The tokenizer library trusts them, and a wrong one ends the whole process.
 */
final class TemplateTokens {

    private TemplateTokens() {}

    /**
     * Looks at a post-processor of tokenizer.json, and at those within it.
     *
     * @throws WeightException if a template names a token that is not described
     */
    static void check(JsonNode processor, String name) {
        Deque<JsonNode> left = new ArrayDeque<>();
        left.add(processor);
        while (!left.isEmpty()) {
            JsonNode each = left.remove();
            each.path("processors").forEach(left::add);
            JsonNode tokens = each.path("special_tokens");
            for (String template : new String[] {"single", "pair"}) {
                for (JsonNode piece : each.path(template)) {
                    JsonNode id = piece.path("SpecialToken").path("id");
                    if (!id.isMissingNode() && !described(tokens.path(id.asText()))) {
                        throw new WeightException(
                                "the tokenizer in " + name + " is damaged: its template names the token '" + id.asText()
                                        + "', which its special_tokens do not describe; copy or download it again");
                    }
                }
            }
        }
    }

    private static boolean described(JsonNode token) {
        return token.isObject()
                && token.path("ids").isArray()
                && token.path("ids").size() == token.path("tokens").size();
    }
}
