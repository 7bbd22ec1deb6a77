package dev.tandem.bridge.vocab;

import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sparse matrix over the two whole vocabularies: what each LLM token, spelled alone, is in diffusion tokens. Rows sum to one or are
 * empty.
 *
 * @param rows for each LLM token, diffusion token to weight
 */
public record LexicalMap(List<Map<Integer, Float>> rows) {

    private static final char UNPRINTABLE = '\uFFFD';

    public LexicalMap {
        rows = List.copyOf(rows);
    }

    /**
     * Builds the map of a pair of tokenizers: each token that is not special is spelled (which folds metaspace and byte-level
     * spellings), stripped of blanks, and split by the diffusion tokenizer (which folds case where it does, and adds its
     * {@code </w>}); one that becomes several tokens spreads evenly over them. Parts of characters have no row.
     */
    public static LexicalMap of(CaptionDecoder decoder, CaptionTokenizer tokenizer) {
        List<Map<Integer, Float>> rows = new ArrayList<>(decoder.vocabularySize());
        for (int id = 0; id < decoder.vocabularySize(); id++) {
            String text = decoder.isSpecial(id)
                    ? ""
                    : decoder.spell(List.of(id)).text().strip();
            rows.add(text.isEmpty() || text.indexOf(UNPRINTABLE) >= 0 ? Map.of() : row(tokenizer, text));
        }
        return new LexicalMap(rows);
    }

    private static Map<Integer, Float> row(CaptionTokenizer tokenizer, String text) {
        List<Integer> ids = tokenizer.tokenize(text).ids().stream()
                .filter(id -> !tokenizer.isSpecial(id))
                .toList();
        Map<Integer, Float> row = new TreeMap<>();
        ids.forEach(id -> row.merge(id, 1f / ids.size(), Float::sum));
        return Collections.unmodifiableMap(row);
    }

    /** Largest number of diffusion tokens of one LLM token. */
    public int widest() {
        return rows.stream().mapToInt(Map::size).max().orElse(0);
    }
}
