package dev.tandem.samples.evaluate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.samples.evaluate.SightEvaluation.Answers;
import dev.tandem.samples.world.SightQuestion;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How many answers about photos were right, with and without them.
 *
 * @param model its name
 * @param dialogues the answers in each
 */
record SightReport(String model, List<Map<SightQuestion, Answers>> dialogues) {

    SightReport {
        dialogues = List.copyOf(dialogues);
    }

    private Map<SightQuestion, List<Answers>> byQuestion() {
        Map<SightQuestion, List<Answers>> all = new EnumMap<>(SightQuestion.class);
        for (SightQuestion question : SightQuestion.values()) {
            List<Answers> each = dialogues.stream()
                    .map(answers -> answers.getOrDefault(question, Answers.NONE))
                    .toList();
            if (each.stream().anyMatch(answers -> answers.asked() > 0)) {
                all.put(question, each);
            }
        }
        return all;
    }

    /** All questions together, then each. */
    private Map<String, List<Answers>> rows() {
        Map<String, List<Answers>> rows = new java.util.LinkedHashMap<>();
        rows.put(
                "all",
                dialogues.stream()
                        .map(answers -> answers.values().stream().reduce(Answers.NONE, Answers::plus))
                        .toList());
        byQuestion().forEach((question, answers) -> rows.put(question.name().toLowerCase(Locale.ROOT), answers));
        return rows;
    }

    private static Answers total(List<Answers> answers) {
        return answers.stream().reduce(Answers.NONE, Answers::plus);
    }

    private static Bootstrap.Interval interval(List<Answers> answers, ToDoubleFunction<Answers> share) {
        return Bootstrap.interval(answers, Answers.NONE, Answers::plus, share);
    }

    /** For each question how often it was asked, the shares of right answers, and their 95 % bootstrap intervals. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        rows().forEach((name, answers) -> {
            Answers total = total(answers);
            ObjectNode row = json.putObject(name)
                    .put("asked", total.asked())
                    .put("with_photo", total.seenShare())
                    .put("without_photo", total.guessedShare());
            Bootstrap.Interval seen = interval(answers, Answers::seenShare);
            Bootstrap.Interval guessed = interval(answers, Answers::guessedShare);
            row.putObject("interval").putArray("with_photo").add(seen.low()).add(seen.high());
            row.withObject("/interval")
                    .putArray("without_photo")
                    .add(guessed.low())
                    .add(guessed.high());
        });
        return json;
    }

    /** A table. */
    List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%-22s  %5s  %24s  %24s",
                "answers about photos: " + dialogues.size(),
                "asked",
                "with the photo",
                "without it"));
        rows().forEach((name, answers) -> {
            Answers total = total(answers);
            lines.add(String.format(
                    Locale.ROOT,
                    "%-22s  %5d  %s  %s",
                    name.replace('_', ' '),
                    total.asked(),
                    share(total.seenShare(), interval(answers, Answers::seenShare)),
                    share(total.guessedShare(), interval(answers, Answers::guessedShare))));
        });
        return lines;
    }

    private static String share(double value, Bootstrap.Interval interval) {
        return String.format(
                Locale.ROOT, "%5.1f %% (%5.1f to %5.1f)", 100 * value, 100 * interval.low(), 100 * interval.high());
    }
}
