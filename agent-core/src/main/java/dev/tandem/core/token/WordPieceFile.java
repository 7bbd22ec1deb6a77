package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.token.Steps.Part;
import dev.tandem.core.weights.WeightException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** WordPiece (Wu et al. 2016; Devlin et al. 2019) from vocab.txt, one token a line: the equal of transformers' BertConverter. */
final class WordPieceFile {

    private static final int LONGEST_WORD = 100;

    private WordPieceFile() {}

    static ObjectNode tokenizer(Path file, JsonNode config, Map<String, String> roles) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        ObjectNode model = json.putObject("model")
                .put("type", "WordPiece")
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", LONGEST_WORD);
        ObjectNode vocabulary = model.putObject("vocab");
        List<String> lines = TokenFile.lines(file);
        int count = lines.get(lines.size() - 1).isEmpty() ? lines.size() - 1 : lines.size();
        for (int id = 0; id < count; id++) {
            vocabulary.put(lines.get(id), id);
        }
        model.put("unk_token", token(file, vocabulary, roles, "unk_token"));
        json.set("normalizer", Steps.step("BertNormalizer"));
        normalize(json, config);
        json.set("pre_tokenizer", Steps.step("BertPreTokenizer"));
        Part begin = new Part(token(file, vocabulary, roles, "cls_token"), 0);
        Part end = new Part(token(file, vocabulary, roles, "sep_token"), 0);
        Part text = new Part("$A", 0);
        json.set(
                "post_processor",
                Steps.template(
                        List.of(begin, text, end),
                        List.of(begin, text, end, new Part("$B", 1), new Part(end.name(), 1)),
                        Vocabulary.ids(json)));
        json.set("decoder", Steps.step("WordPiece").put("prefix", "##").put("cleanup", true));
        return json;
    }

    private static String token(Path file, ObjectNode vocabulary, Map<String, String> roles, String role) {
        String token = roles.get(role);
        if (token == null || !vocabulary.has(token)) {
            throw new WeightException(
                    file + " lacks the " + role + " " + token + "; name the right one in tokenizer_config.json");
        }
        return token;
    }

    /** What tokenizer_config.json says of letters goes before what tokenizer.json says. */
    static void normalize(ObjectNode json, JsonNode config) {
        if (json.get("normalizer") instanceof ObjectNode normalizer
                && normalizer.path("type").asText().equals("BertNormalizer")) {
            if (!normalizer.has("clean_text")) {
                normalizer.put("clean_text", true);
            }
            normalizer.put(
                    "handle_chinese_chars",
                    config.path("tokenize_chinese_chars").asBoolean(true));
            JsonNode accents = config.path("strip_accents");
            if (accents.isBoolean()) {
                normalizer.put("strip_accents", accents.asBoolean());
            } else {
                normalizer.putNull("strip_accents");
            }
            normalizer.put("lowercase", config.path("do_lower_case").asBoolean(true));
        }
    }
}
