package dev.tandem.bridge.vocab;

import dev.tandem.bridge.vocab.SparseTransform.Column;
import dev.tandem.bridge.vocab.SparseTransform.Row;
import dev.tandem.bridge.vocab.SparseTransform.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The paper's matrix (equations 4 and 5): M[i, j] = 1 iff token i is in the caption's LLM tokens and token j in its diffusion tokens,
 * special ones left out; P is r M pooled over the n positions, one row for every diffusion position.
 *
 * <p>M has rank one, so every LLM token of the caption is pushed by the same scalar: more or less of this caption, not which word.
 *
 * @param pool how the n rows become one
 */
public record SentenceAlignment(Pool pool) implements VocabularyAlignment {

    /** How rows are pooled. */
    public enum Pool {
        /** Their mean, as in the paper's text. */
        AVG,
        /** Their sum, as in its published code. */
        SUM
    }

    @Override
    public String name() {
        return "sentence";
    }

    @Override
    public VocabularyTransform align(CaptionPair caption) {
        SortedSet<Integer> from = plain(caption.llm().ids(), caption.llmPlain());
        SortedSet<Integer> to = plain(caption.diffusion().ids(), caption.diffusionPlain());
        int n = caption.llm().ids().size();
        float weight = pool == Pool.AVG ? 1f / n : 1f;
        List<Source> sources = new ArrayList<>(n * from.size());
        for (int i = 0; i < n; i++) {
            for (int token : from) {
                sources.add(new Source(i, token, weight));
            }
        }
        List<Column> columns = to.stream().map(token -> new Column(token, 1)).toList();
        return new SparseTransform(true, List.of(columns.isEmpty() ? Row.EMPTY : new Row(sources, columns)));
    }

    private static SortedSet<Integer> plain(List<Integer> ids, List<Boolean> plain) {
        SortedSet<Integer> set = new TreeSet<>();
        for (int i = 0; i < ids.size(); i++) {
            if (plain.get(i)) {
                set.add(ids.get(i));
            }
        }
        return set;
    }
}
