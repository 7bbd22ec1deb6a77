package dev.tandem.samples.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Learns byte-pair merges (Sennrich et al. 2016): again and again the most frequent pair of neighbours becomes one symbol. Of equally
 * frequent pairs the alphabetically first wins, so equal texts give equal merges.
 */
final class BytePairs {

    /**
     * Two neighbours that become one symbol.
     *
     * @param left first symbol
     * @param right second symbol
     */
    record Merge(String left, String right) {

        String joined() {
            return left + right;
        }
    }

    private static final class Word {
        private final List<String> symbols;
        private final long count;

        Word(List<String> symbols, long count) {
            this.symbols = new ArrayList<>(symbols);
            this.count = count;
        }
    }

    private static final Comparator<Map.Entry<Merge, Long>> MOST_FREQUENT = Map.Entry.<Merge, Long>comparingByValue()
            .thenComparing(e -> e.getKey().left(), Comparator.reverseOrder())
            .thenComparing(e -> e.getKey().right(), Comparator.reverseOrder());

    private final List<Word> words = new ArrayList<>();
    private final Map<Merge, Long> counts = new HashMap<>();
    private final Map<Merge, Set<Word>> where = new HashMap<>();

    private BytePairs(Map<List<String>, Long> spelledWords) {
        spelledWords.forEach((symbols, count) -> words.add(new Word(symbols, count)));
        words.forEach(word -> countPairs(word, word.count));
    }

    /**
     * Learns merges.
     *
     * @param spelledWords words as lists of symbols, with their number in the text
     * @param most how many merges at most
     * @param least a pair seen less often is not merged
     */
    static List<Merge> learn(Map<List<String>, Long> spelledWords, int most, int least) {
        BytePairs pairs = new BytePairs(spelledWords);
        List<Merge> merges = new ArrayList<>();
        while (merges.size() < most) {
            Optional<Map.Entry<Merge, Long>> best =
                    pairs.counts.entrySet().stream().max(MOST_FREQUENT);
            if (best.isEmpty() || best.get().getValue() < least) {
                break;
            }
            merges.add(best.get().getKey());
            pairs.apply(best.get().getKey());
        }
        return merges;
    }

    private void apply(Merge merge) {
        for (Word word : new ArrayList<>(where.getOrDefault(merge, Set.of()))) {
            countPairs(word, -word.count);
            for (int i = 0; i + 1 < word.symbols.size(); i++) {
                if (word.symbols.get(i).equals(merge.left())
                        && word.symbols.get(i + 1).equals(merge.right())) {
                    word.symbols.set(i, merge.joined());
                    word.symbols.remove(i + 1);
                }
            }
            countPairs(word, word.count);
        }
        counts.remove(merge);
        where.remove(merge);
    }

    private void countPairs(Word word, long change) {
        for (int i = 0; i + 1 < word.symbols.size(); i++) {
            Merge pair = new Merge(word.symbols.get(i), word.symbols.get(i + 1));
            counts.merge(pair, change, Long::sum);
            if (change > 0) {
                where.computeIfAbsent(pair, p -> new HashSet<>()).add(word);
            }
        }
    }
}
