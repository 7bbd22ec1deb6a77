package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.token.SentencePiece.Piece;
import dev.tandem.core.token.Steps.Part;
import dev.tandem.core.weights.WeightException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tokenizers from SentencePiece models: the equal of what transformers' LlamaConverter and T5Converter make of them. */
final class SentencePieceFiles {

    private static final int NAMED = 3; // <unk>, <s> and </s>, which tokenizer_config.json may spell otherwise
    private static final int MOST_EXTRA_IDS = 10_000;
    private static final String END = "</s>";

    private SentencePieceFiles() {}

    /**
     * Llama's and Llama 2's tokenizer: bytes for characters that have no piece, a blank before the first word.
     *
     * @param config tokenizer_config.json: {@code legacy} (a blank after special tokens too), {@code add_prefix_space}
     */
    static ObjectNode llama(SentencePiece file, JsonNode config) {
        List<Piece> pieces = new ArrayList<>(file.pieces());
        if (pieces.size() < NAMED) {
            throw new WeightException(file.file() + " has " + pieces.size()
                    + " pieces; a Llama tokenizer begins with <unk>, <s> and </s>");
        }
        for (int id = 0; id < NAMED; id++) {
            JsonNode named =
                    config.path("added_tokens_decoder").path(String.valueOf(id)).path("content");
            pieces.set(
                    id,
                    new Piece(
                            named.asText(pieces.get(id).text()),
                            0,
                            pieces.get(id).type()));
        }
        ObjectNode json = model(file, pieces, 0, true);
        boolean blankFirst = blankFirst(config);
        if (legacy(config)) {
            ObjectNode replace = Steps.replace("String", " ", SentencePiece.BLANK);
            json.set(
                    "normalizer",
                    blankFirst
                            ? Steps.sequence(
                                    "normalizers", Steps.step("Prepend").put("prepend", SentencePiece.BLANK), replace)
                            : Steps.sequence("normalizers", replace));
        } else {
            json.set("pre_tokenizer", Steps.metaspace(scheme(config), false));
        }
        List<ObjectNode> decoders = new ArrayList<>(List.of(
                Steps.replace("String", SentencePiece.BLANK, " "), Steps.step("ByteFallback"), Steps.step("Fuse")));
        if (blankFirst) {
            decoders.add(Steps.step("Strip").put("content", " ").put("start", 1).put("stop", 0));
        }
        json.set("decoder", Steps.sequence("decoders", decoders.toArray(ObjectNode[]::new)));
        return json;
    }

    /**
     * T5's tokenizer.
     *
     * @param config tokenizer_config.json: {@code extra_ids} (tokens for gaps, 100 if nothing is said), {@code legacy}
     */
    static ObjectNode t5(SentencePiece file, JsonNode config) {
        int extra = extraIds(config);
        List<Piece> pieces = new ArrayList<>(file.pieces());
        for (int i = extra - 1; i >= 0; i--) {
            pieces.add(new Piece("<extra_id_" + i + ">", 0, 1));
        }
        ObjectNode json = model(file, pieces, file.unknownId(), false);
        List<ObjectNode> normalizers = new ArrayList<>();
        if (file.charsMap().length > 0) {
            normalizers.add(Steps.step("Precompiled")
                    .put("precompiled_charsmap", Base64.getEncoder().encodeToString(file.charsMap())));
        }
        normalizers.add(Steps.step("Strip").put("strip_left", false).put("strip_right", true));
        normalizers.add(Steps.replace("Regex", " {2,}", SentencePiece.BLANK));
        json.set("normalizer", Steps.sequence("normalizers", normalizers.toArray(ObjectNode[]::new)));
        json.set("pre_tokenizer", Steps.metaspace(scheme(config), true));
        json.set("decoder", Steps.metaspace(scheme(config), true));
        Part text = new Part("$A", 0);
        Part end = new Part(END, 0);
        Map<String, Integer> ids = Vocabulary.ids(json);
        if (!ids.containsKey(END)) {
            throw new WeightException(file.file() + " has no piece " + END + "; it is no T5 tokenizer");
        }
        json.set("post_processor", Steps.template(List.of(text, end), List.of(text, end, new Part("$B", 0), end), ids));
        return json;
    }

    /** How many tokens for gaps T5 has beyond its pieces. */
    static int extraIds(JsonNode config) {
        int extra = config.path("extra_ids").asInt(100);
        if (extra < 0 || extra > MOST_EXTRA_IDS) {
            throw new WeightException(
                    "tokenizer_config.json asks for " + extra + " extra_ids; 0 to " + MOST_EXTRA_IDS + " are possible");
        }
        return extra;
    }

    private static ObjectNode model(SentencePiece file, List<Piece> pieces, int unknownId, boolean bytes) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        ObjectNode model = json.putObject("model");
        switch (file.kind()) {
            case SentencePiece.UNIGRAM -> {
                if (unknownId < 0 || unknownId >= pieces.size()) {
                    throw new WeightException(file.file() + " is damaged: its unknown piece has the id " + unknownId
                            + " of " + pieces.size() + " pieces");
                }
                model.put("type", "Unigram").put("unk_id", unknownId).put("byte_fallback", bytes);
                ArrayNode vocabulary = model.putArray("vocab");
                pieces.forEach(piece -> vocabulary.addArray().add(piece.text()).add((double) piece.score()));
            }
            case SentencePiece.BYTE_PAIRS -> {
                model.put("type", "BPE")
                        .put("unk_token", file.unknownPiece())
                        .put("fuse_unk", true)
                        .put("byte_fallback", bytes);
                ObjectNode vocabulary = model.putObject("vocab");
                for (int id = 0; id < pieces.size(); id++) {
                    vocabulary.put(pieces.get(id).text(), id);
                }
                model.set("merges", merges(file.pieces(), pieces));
            }
            default ->
                throw new WeightException(file.file() + " cuts texts by a model of the type " + file.kind()
                        + "; 1 (unigram) and 2 (byte pairs) are supported");
        }
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < file.pieces().size(); id++) {
            Piece piece = file.pieces().get(id);
            if (piece.control() || piece.userDefined()) {
                added.addObject()
                        .put("id", id)
                        .put("content", piece.text())
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", piece.control());
            }
        }
        return json;
    }

    private record Merge(String left, String right, float score, int leftLength, int rightLength) {}

    /** SentencePiece keeps scores of pieces, byte pairs need merges: every cut of a piece into two pieces, the best pieces first. */
    private static ArrayNode merges(List<Piece> stored, List<Piece> scored) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < stored.size(); id++) {
            ids.put(stored.get(id).text(), id);
        }
        Map<String, Float> scores = new LinkedHashMap<>();
        scored.forEach(piece -> scores.put(piece.text(), piece.score()));
        List<Merge> merges = new ArrayList<>();
        scores.forEach((piece, score) -> {
            List<Merge> own = new ArrayList<>();
            int length = piece.codePointCount(0, piece.length());
            for (int points = 1; points < length; points++) {
                int at = piece.offsetByCodePoints(0, points);
                String left = piece.substring(0, at);
                String right = piece.substring(at);
                if (ids.containsKey(left) && ids.containsKey(right)) {
                    own.add(new Merge(left, right, score, points, length - points));
                }
            }
            own.sort(Comparator.<Merge>comparingInt(merge -> ids.getOrDefault(merge.left(), 0))
                    .thenComparingInt(merge -> ids.getOrDefault(merge.right(), 0)));
            merges.addAll(own);
        });
        merges.sort(Comparator.comparingDouble(Merge::score)
                .thenComparingInt(Merge::leftLength)
                .thenComparingInt(Merge::rightLength)
                .reversed());
        ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
        merges.forEach(merge -> pairs.addArray().add(merge.left()).add(merge.right()));
        return pairs;
    }

    /** Whether a blank is put in after special tokens too, as it was before transformers 4.31. */
    private static boolean legacy(JsonNode config) {
        return config.path("legacy").asBoolean(true);
    }

    /** Whether the first word gets a blank before it; null means no to the reference, nothing at all means yes. */
    private static boolean blankFirst(JsonNode config) {
        return !config.has("add_prefix_space")
                || config.path("add_prefix_space").asBoolean();
    }

    private static String scheme(JsonNode config) {
        return !blankFirst(config) ? "never" : legacy(config) ? "always" : "first";
    }
}
