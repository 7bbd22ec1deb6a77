package dev.tandem.core.token;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.weights.WeightException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * Checks SentencePiece's table of replacements ({@code precompiled_charsmap}): a double-array trie (Aoe 1989; Darts-clone's layout) and the
 * texts that its values point into. The tokenizer library trusts the table, and a wrong one ends the whole process.
 */
final class PrecompiledMap {

    private static final int ANY_BYTE = 0xff;

    private final int[] units;
    private final byte[] texts;

    private PrecompiledMap(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /**
     * Looks at a normalizer of tokenizer.json, and at those within it.
     *
     * @throws WeightException if one has a table that leads out of itself
     */
    static void check(JsonNode normalizer, String name) {
        Deque<JsonNode> left = new ArrayDeque<>();
        left.add(normalizer);
        while (!left.isEmpty()) {
            JsonNode each = left.remove();
            each.path("normalizers").forEach(left::add);
            JsonNode table = each.path("precompiled_charsmap");
            boolean wanted = each.path("type").asText().equals("Precompiled") || each.has("precompiled_charsmap");
            if (wanted && !sound(table)) {
                throw new WeightException(
                        "the tokenizer in " + name
                                + " is damaged: its precompiled_charsmap is no table of replacements; copy or download it again");
            }
        }
    }

    private static boolean sound(JsonNode table) {
        if (!table.isTextual()) {
            return false;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(table.asText());
            if (bytes.length < Integer.BYTES) {
                return false;
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int trie = buffer.getInt();
            if (trie < Integer.BYTES || trie % Integer.BYTES != 0 || trie > buffer.remaining()) {
                return false;
            }
            int[] units = new int[trie / Integer.BYTES];
            buffer.asIntBuffer().get(units);
            byte[] texts = new byte[buffer.remaining() - trie];
            buffer.position(buffer.position() + trie).get(texts);
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
            return new PrecompiledMap(units, texts).holdsTogether();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return false;
        }
    }

    /** Follows every path from the root: each must stay within the array, and each value within the texts. */
    private boolean holdsTogether() {
        BitSet seen = new BitSet();
        Deque<Integer> left = new ArrayDeque<>();
        left.add(offset(units[0]));
        while (!left.isEmpty()) {
            int node = left.remove();
            if ((node | ANY_BYTE) >= units.length) {
                return false;
            }
            for (int label = 1; label <= ANY_BYTE; label++) {
                int child = node ^ label;
                int unit = units[child];
                if ((unit & (1 << 31 | ANY_BYTE)) != label || seen.get(child)) {
                    continue;
                }
                seen.set(child);
                int next = child ^ offset(unit);
                if (next < 0 || (unit >> 8 & 1) == 1 && !pointsToText(next)) {
                    return false;
                }
                left.add(next);
            }
        }
        return true;
    }

    private boolean pointsToText(int node) {
        if (node >= units.length) {
            return false;
        }
        int at = units[node] & Integer.MAX_VALUE;
        return at == texts.length || at < texts.length && (texts[at] & 0xc0) != 0x80;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }
}
