package dev.tandem.bridge.vocab;

import dev.tandem.bridge.vocab.SparseTransform.Column;
import dev.tandem.bridge.vocab.SparseTransform.Row;
import dev.tandem.bridge.vocab.SparseTransform.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Row k draws on the LLM positions whose characters overlap those of diffusion token k, weighted by the share of k's characters that
 * they cover: the mass that they give to the tokens that spell k, all in k's own column. So each word is pushed by its own gradient.
 */
public record WordAlignment() implements VocabularyAlignment {

    @Override
    public String name() {
        return "word";
    }

    @Override
    public VocabularyTransform align(CaptionPair caption) {
        int n = caption.llm().ids().size();
        List<Row> rows = new ArrayList<>();
        for (int k = 0; k < caption.diffusion().ids().size(); k++) {
            List<Integer> positions = new ArrayList<>();
            SortedSet<Integer> tokens = new TreeSet<>();
            for (int i = 0; i < n; i++) {
                if (caption.overlap(k, i) > 0) {
                    positions.add(i);
                    if (caption.llmPlain().get(i)) {
                        tokens.add(caption.llm().ids().get(i));
                    }
                }
            }
            List<Source> sources = new ArrayList<>();
            for (int i : positions) {
                for (int token : tokens) {
                    sources.add(new Source(i, token, (float) caption.overlap(k, i)));
                }
            }
            rows.add(
                    sources.isEmpty()
                            ? Row.EMPTY
                            : new Row(
                                    sources,
                                    List.of(new Column(caption.diffusion().ids().get(k), 1))));
        }
        return new SparseTransform(false, rows);
    }
}
