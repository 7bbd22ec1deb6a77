package dev.tandem.core.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.weights.WeightException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte pairs in the form of tiktoken, a token's bytes in Base64 and its rank in each line, as Llama 3 was first published: the equal of
 * transformers' TikTokenConverter.
 */
final class TikTokenFile {

    private static final String WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final String[] SIGNS = signs();

    private TikTokenFile() {}

    /** Whether a file that has the name of a SentencePiece model is one in this form; those begin with a line's end. */
    static boolean is(byte[] bytes) {
        return bytes.length > 0 && (Character.isLetterOrDigit(bytes[0]) || bytes[0] == '+' || bytes[0] == '/');
    }

    static ObjectNode tokenizer(Path file, byte[] bytes) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        ObjectNode model = json.putObject("model")
                .put("type", "BPE")
                .put("fuse_unk", false)
                .put("ignore_merges", true);
        Map<String, Integer> ranks = ranks(file, bytes);
        ObjectNode vocabulary = model.putObject("vocab");
        ranks.forEach(vocabulary::put);
        model.set("merges", merges(ranks));
        json.set(
                "pre_tokenizer",
                Steps.sequence("pretokenizers", Steps.split(WORDS), Steps.byteLevel(false, true, false)));
        json.set("decoder", Steps.byteLevel(true, true, true));
        json.set("post_processor", Steps.byteLevel(true, false, true));
        return json;
    }

    private static Map<String, Integer> ranks(Path file, byte[] bytes) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        for (String line : new String(bytes, StandardCharsets.ISO_8859_1).split("\r\n|\r|\n")) {
            if (line.isEmpty()) {
                continue;
            }
            String[] parts = line.split(" ", -1);
            try {
                if (parts.length != 2) {
                    throw new IllegalArgumentException("it holds " + parts.length + " words, not two");
                }
                StringBuilder token = new StringBuilder();
                for (byte each : Base64.getDecoder().decode(parts[0])) {
                    token.append(SIGNS[each & 0xFF]);
                }
                ranks.put(token.toString(), Integer.parseInt(parts[1]));
            } catch (IllegalArgumentException e) {
                throw new WeightException(
                        file + " is damaged in the line '" + TokenFile.shortened(line) + "' (" + e.getMessage()
                                + "); copy or download it again",
                        e);
            }
        }
        return ranks;
    }

    private record Merge(String left, String right, int rank, int leftRank, int rightRank) {}

    /** Every cut of a token into two tokens, by the token's rank. */
    private static ArrayNode merges(Map<String, Integer> ranks) {
        List<Merge> merges = new ArrayList<>();
        ranks.forEach((token, rank) -> {
            for (int at = 1; at < token.length(); at++) { // a byte is one char
                Integer left = ranks.get(token.substring(0, at));
                Integer right = ranks.get(token.substring(at));
                if (left != null && right != null) {
                    merges.add(new Merge(token.substring(0, at), token.substring(at), rank, left, right));
                }
            }
        });
        merges.sort(Comparator.comparingInt(Merge::rank)
                .thenComparingInt(Merge::leftRank)
                .thenComparingInt(Merge::rightRank));
        ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
        merges.forEach(merge -> pairs.addArray().add(merge.left()).add(merge.right()));
        return pairs;
    }

    /** The visible character that stands for each byte (bytes_to_unicode of GPT-2). */
    private static String[] signs() {
        String[] signs = new String[256];
        int next = 256;
        for (int b = 0; b < signs.length; b++) {
            boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            signs[b] = String.valueOf((char) (visible ? b : next++));
        }
        return signs;
    }
}
