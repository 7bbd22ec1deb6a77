package dev.tandem.samples.evaluate.metric;

import dev.tandem.core.dialogue.Speaker;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * BLEU-1, BLEU-2 and ROUGE-L of texts against one reference each, from 0 to 100; overlaps of turns add up to those of a corpus.
 *
 * <p>Equal to {@code utils/bleu.py} and {@code utils/rouge.py} of the code published with "End-to-End Photo-Sharing Multi-modal Dialogue
 * Generation" (guopeiming/E2E_PSDG, commit d672b48, modified there from AllenNLP's). Three things differ from other implementations:
 * words are what lies between blanks, with case and punctuation; BLEU-n is the clipped precision of n-grams alone times the brevity
 * penalty, no geometric mean over shorter ones; ROUGE-L is the mean of the turns' F1.
 *
 * @param unigrams words of the predictions that are in their references, each at most as often as there
 * @param bigrams the same of pairs of words
 * @param bigramsSaid pairs of words in the predictions
 * @param wordsSaid words in the predictions
 * @param wordsExpected words in the references
 * @param longestCommon sum of the turns' F1 of the longest common subsequence
 * @param turns number of turns
 */
public record TextOverlap(
        long unigrams,
        long bigrams,
        long bigramsSaid,
        long wordsSaid,
        long wordsExpected,
        double longestCommon,
        int turns) {

    /** What Python's {@code str.split()} splits at. */
    private static final Pattern BLANKS = Pattern.compile("(?U)[\\s\\x1c-\\x1f]+");

    /** The reference implementation's, against logarithms of zero. */
    private static final double TINY = 1e-13;

    /**
     * What a speaker said, and what was said in the reference dialogue.
     *
     * @param speaker whose turn it is
     * @param said the prediction, without photos
     * @param expected the reference, without photos
     */
    public record Spoken(Speaker speaker, String said, String expected) {}

    /** The overlap of no turns. */
    public static TextOverlap none() {
        return new TextOverlap(0, 0, 0, 0, 0, 0, 0);
    }

    /** The overlap of a turn. */
    public static TextOverlap of(String said, String expected) {
        List<String> a = words(said);
        List<String> b = words(expected);
        int common = longestCommon(a, b);
        double recall = common == 0 ? 0 : (double) common / a.size();
        double precision = common == 0 ? 0 : (double) common / b.size();
        double f1 = common == 0 ? 0 : 2 * recall * precision / (recall + precision);
        return new TextOverlap(
                clipped(grams(a, 1), grams(b, 1)),
                clipped(grams(a, 2), grams(b, 2)),
                Math.max(0, a.size() - 1),
                a.size(),
                b.size(),
                f1,
                1);
    }

    /** The overlaps of each speaker who says something. */
    public static Map<Speaker, TextOverlap> bySpeaker(List<Spoken> turns) {
        Map<Speaker, TextOverlap> overlaps = new EnumMap<>(Speaker.class);
        turns.forEach(t -> overlaps.merge(t.speaker(), of(t.said(), t.expected()), TextOverlap::plus));
        return overlaps;
    }

    /** The overlap of both. */
    public TextOverlap plus(TextOverlap other) {
        return new TextOverlap(
                unigrams + other.unigrams,
                bigrams + other.bigrams,
                bigramsSaid + other.bigramsSaid,
                wordsSaid + other.wordsSaid,
                wordsExpected + other.wordsExpected,
                longestCommon + other.longestCommon,
                turns + other.turns);
    }

    /** Clipped precision of words times the brevity penalty, 0 to 100. */
    public double bleu1() {
        return bleu(unigrams, wordsSaid);
    }

    /** Clipped precision of pairs of words times the brevity penalty, 0 to 100. */
    public double bleu2() {
        return bleu(bigrams, bigramsSaid);
    }

    /** Mean F1 of the longest common subsequence, 0 to 100; 0 without turns. */
    public double rougeL() {
        return turns == 0 ? 0 : longestCommon / turns * 100;
    }

    private double bleu(long matches, long said) {
        return brevityPenalty() * Math.exp(Math.log(matches + TINY) - Math.log(said + TINY)) * 100;
    }

    private double brevityPenalty() {
        if (wordsSaid > wordsExpected) {
            return 1;
        }
        return wordsSaid == 0 ? 0 : Math.exp(1 - (double) wordsExpected / wordsSaid);
    }

    private static List<String> words(String text) {
        return BLANKS.splitAsStream(text).filter(word -> !word.isEmpty()).toList();
    }

    private static Map<List<String>, Integer> grams(List<String> words, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= words.size(); i++) {
            counts.merge(words.subList(i, i + n), 1, Integer::sum);
        }
        return counts;
    }

    private static long clipped(Map<List<String>, Integer> said, Map<List<String>, Integer> expected) {
        long matches = 0;
        for (Map.Entry<List<String>, Integer> gram : said.entrySet()) {
            matches += Math.min(gram.getValue(), expected.getOrDefault(gram.getKey(), 0));
        }
        return matches;
    }

    private static int longestCommon(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String word : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(row[j - 1], above);
                diagonal = above;
            }
        }
        return row[b.size()];
    }
}
