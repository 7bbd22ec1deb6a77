package dev.tandem.samples.evaluate;

import dev.tandem.core.dialogue.Speaker;
import dev.tandem.samples.evaluate.SightEvaluation.Answers;
import dev.tandem.samples.evaluate.Tally.Share;
import dev.tandem.samples.evaluate.metric.TextOverlap;
import dev.tandem.samples.world.SightQuestion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What came of a held-out dialogue, in counts that add up over dialogues, so that any set of dialogues can be measured later: with others
 * drawn again for a bootstrap, or beside the same dialogues of another model.
 *
 * @param counts one for each of {@link #COLUMNS}
 */
public record DialogueScore(List<Double> counts) {

    /** Names of the counts, in their order. */
    public static final List<String> COLUMNS = columns();

    /** Measures of a sum of scores by name: BLEU and ROUGE-L from 0 to 100 of each speaker's words, the rest from 0 to 1. */
    public static final Map<String, ToDoubleFunction<DialogueScore>> MEASURES = measures();

    public DialogueScore {
        counts = List.copyOf(counts);
        if (counts.size() != COLUMNS.size()) {
            throw new IllegalArgumentException(
                    "a score has " + COLUMNS.size() + " counts (" + COLUMNS + "), got " + counts.size());
        }
    }

    /** Of no dialogues. */
    public static DialogueScore none() {
        return new DialogueScore(Collections.nCopies(COLUMNS.size(), 0.0));
    }

    static DialogueScore of(Outcome outcome) {
        Tally tally = outcome.tally();
        List<Double> counts = new ArrayList<>();
        add(counts, tally.shared(), tally.wrong(), tally.missed());
        for (Share share :
                List.of(tally.subjects(), tally.places(), tally.counts(), tally.askedSubjects(), tally.askedPlaces())) {
            add(counts, share.right(), share.all());
        }
        add(counts, tally.pictures().subjects(), tally.pictures().pictures());
        Map<Speaker, TextOverlap> said = TextOverlap.bySpeaker(outcome.turns());
        for (Speaker speaker : Speaker.values()) {
            TextOverlap words = said.getOrDefault(speaker, TextOverlap.none());
            add(
                    counts,
                    words.unigrams(),
                    words.bigrams(),
                    words.bigramsSaid(),
                    words.wordsSaid(),
                    words.wordsExpected(),
                    words.longestCommon(),
                    words.turns());
        }
        add(counts, 0, 0);
        return new DialogueScore(counts);
    }

    /** Of answers to questions about photos. */
    static DialogueScore of(Map<SightQuestion, Answers> answers) {
        Answers all = answers.values().stream().reduce(Answers.NONE, Answers::plus);
        List<Double> counts = new ArrayList<>(none().counts());
        counts.set(COLUMNS.indexOf("sight_right"), (double) all.seen());
        counts.set(COLUMNS.indexOf("sight_all"), (double) all.asked());
        return new DialogueScore(counts);
    }

    /** The score of both. */
    public DialogueScore plus(DialogueScore other) {
        List<Double> sum = new ArrayList<>(counts.size());
        for (int i = 0; i < counts.size(); i++) {
            sum.add(counts.get(i) + other.counts.get(i));
        }
        return new DialogueScore(sum);
    }

    private static void add(List<Double> counts, double... more) {
        for (double each : more) {
            counts.add(each);
        }
    }

    private static List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("shared", "wrong", "missed"));
        for (String share : List.of(
                "caption_subject",
                "caption_place",
                "caption_count",
                "picture_as_told_subject",
                "picture_as_told_place",
                "picture_subject")) {
            columns.add(share + "_right");
            columns.add(share + "_all");
        }
        for (Speaker speaker : Speaker.values()) {
            for (String count : List.of(
                    "unigrams", "bigrams", "bigrams_said", "words_said", "words_expected", "longest_common", "turns")) {
                columns.add(prefix(speaker) + count);
            }
        }
        columns.addAll(List.of("sight_right", "sight_all"));
        return List.copyOf(columns);
    }

    private static Map<String, ToDoubleFunction<DialogueScore>> measures() {
        Map<String, ToDoubleFunction<DialogueScore>> measures = new LinkedHashMap<>();
        for (Speaker speaker : Speaker.values()) {
            measures.put(prefix(speaker) + "bleu_1", s -> s.words(speaker).bleu1());
            measures.put(prefix(speaker) + "bleu_2", s -> s.words(speaker).bleu2());
            measures.put(prefix(speaker) + "rouge_l", s -> s.words(speaker).rougeL());
        }
        measures.put("photo_turn_f1", s -> {
            double right = 2 * s.count("shared");
            return ratio(right, right + s.count("wrong") + s.count("missed"));
        });
        for (String column : COLUMNS) {
            if (column.endsWith("_right")) {
                String name = column.substring(0, column.length() - "_right".length());
                measures.put(name, s -> ratio(s.count(column), s.count(name + "_all")));
            }
        }
        return Collections.unmodifiableMap(measures);
    }

    private TextOverlap words(Speaker speaker) {
        String who = prefix(speaker);
        return new TextOverlap(
                (long) count(who + "unigrams"),
                (long) count(who + "bigrams"),
                (long) count(who + "bigrams_said"),
                (long) count(who + "words_said"),
                (long) count(who + "words_expected"),
                count(who + "longest_common"),
                (int) count(who + "turns"));
    }

    private double count(String column) {
        return counts.get(COLUMNS.indexOf(column));
    }

    private static double ratio(double right, double all) {
        return all == 0 ? 0 : right / all;
    }

    private static String prefix(Speaker speaker) {
        return speaker == Speaker.AGENT ? "agent_" : "user_";
    }
}
