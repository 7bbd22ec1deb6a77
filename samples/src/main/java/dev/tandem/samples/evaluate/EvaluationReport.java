package dev.tandem.samples.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.dialogue.Speaker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The measures of an evaluation, as JSON or as a table.
 *
 * @param model its name
 * @param dialogues a tally for each
 * @param speaker whose turns of somebody's own dialogues they are; null for dialogues about the small world, where it is known what captions
 *     and pictures should show
 */
record EvaluationReport(
        String model, List<Tally> dialogues, @Nullable Speaker speaker) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String TURN = "photo_turn";

    /** Group to measure, in the order of the data. */
    private static final Map<String, Map<String, ToDoubleFunction<Tally>>> MEASURES = new LinkedHashMap<>();

    static {
        Map<String, ToDoubleFunction<Tally>> turn = group(TURN);
        turn.put("precision", Tally::precision);
        turn.put("recall", Tally::recall);
        turn.put("f1", Tally::f1);
        Map<String, ToDoubleFunction<Tally>> caption = group("caption");
        caption.put("subject", t -> t.subjects().value());
        caption.put("place", t -> t.places().value());
        caption.put("count", t -> t.counts().value());
        Map<String, ToDoubleFunction<Tally>> picture = group("picture");
        picture.put("subject", t -> t.pictures().subject());
        picture.put("place", t -> t.pictures().place());
        picture.put("count", t -> t.pictures().count());
        picture.put("time", t -> t.pictures().time());
        Map<String, ToDoubleFunction<Tally>> asked = group("picture_as_told");
        asked.put("subject", t -> t.askedSubjects().value());
        asked.put("place", t -> t.askedPlaces().value());
        Map<String, ToDoubleFunction<Tally>> judge = group("judge");
        judge.put("subject", t -> t.composed().subject());
        judge.put("place", t -> t.composed().place());
        judge.put("count", t -> t.composed().count());
        judge.put("time", t -> t.composed().time());
    }

    EvaluationReport {
        dialogues = List.copyOf(dialogues);
    }

    /** Of dialogues about the small world. */
    EvaluationReport(String model, List<Tally> dialogues) {
        this(model, dialogues, null);
    }

    /** The model, and whose turns it said. */
    String title() {
        return speaker == null ? model : model + ", " + speaker.name().toLowerCase(Locale.ROOT);
    }

    /** A speaker who shares no photo, and should not, is not measured by photos. */
    private Map<String, Map<String, ToDoubleFunction<Tally>>> groups() {
        if (speaker != null && total().equals(Tally.none())) {
            return Map.of();
        }
        return speaker == null ? MEASURES : turns();
    }

    private static Map<String, Map<String, ToDoubleFunction<Tally>>> turns() {
        return Map.of(TURN, Objects.requireNonNull(MEASURES.get(TURN)));
    }

    private static Map<String, ToDoubleFunction<Tally>> group(String name) {
        Map<String, ToDoubleFunction<Tally>> group = new LinkedHashMap<>();
        MEASURES.put(name, group);
        return group;
    }

    private Tally total() {
        return dialogues.stream().reduce(Tally.none(), Tally::plus);
    }

    /** One object: the groups of measures, and {@code interval} with the 95 % bootstrap intervals of all but the judge's. */
    ObjectNode json() {
        Tally total = total();
        ObjectNode json = JSON.createObjectNode().put("model", model).put("dialogues", dialogues.size());
        if (speaker != null) {
            json.put("speaker", speaker.name().toLowerCase(Locale.ROOT));
        }
        groups().forEach((group, measures) -> {
            ObjectNode values = json.putObject(group);
            measures.forEach((name, measure) -> values.put(name, measure.applyAsDouble(total)));
        });
        ObjectNode intervals = json.putObject("interval");
        groups().forEach((group, measures) -> {
            if (!group.equals("judge")) {
                ObjectNode values = intervals.putObject(group);
                measures.forEach((name, measure) -> {
                    Bootstrap.Interval interval = Bootstrap.interval(dialogues, measure);
                    values.putArray(name).add(interval.low()).add(interval.high());
                });
            }
        });
        return json;
    }

    /** The same in one list, with intervals. */
    List<Measure> measures() {
        List<Measure> all = new ArrayList<>();
        groups().forEach((group, measures) -> measures.forEach((name, measure) -> all.add(new Measure(
                group.replace('_', ' ') + " " + name,
                measure.applyAsDouble(total()),
                Bootstrap.interval(dialogues, measure),
                true))));
        return all;
    }

    /** A table with a column for each model. */
    static List<String> table(List<EvaluationReport> reports) {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(String.format(
                Locale.ROOT,
                "%-22s",
                (reports.get(0).speaker() == null ? "held-out dialogues: " : "dialogues: ")
                        + reports.get(0).dialogues().size()));
        reports.forEach(r -> head.append(String.format(Locale.ROOT, "  %24s", shortened(r.title()))));
        lines.add(head.toString());
        (reports.get(0).speaker() == null ? MEASURES : turns())
                .forEach((group, measures) -> measures.forEach((name, measure) -> {
                    StringBuilder line = new StringBuilder(
                            String.format(Locale.ROOT, "%-22s", group.replace('_', ' ') + " " + name));
                    for (EvaluationReport report : reports) {
                        if (report.groups().isEmpty()) {
                            line.append(String.format(Locale.ROOT, "  %24s", "no photos"));
                            continue;
                        }
                        Bootstrap.Interval interval = Bootstrap.interval(report.dialogues(), measure);
                        line.append(String.format(
                                Locale.ROOT,
                                "  %5.1f %% (%5.1f to %5.1f)",
                                100 * measure.applyAsDouble(report.total()),
                                100 * interval.low(),
                                100 * interval.high()));
                    }
                    lines.add(line.toString());
                }));
        return lines;
    }

    private static String shortened(String name) {
        return name.length() <= 24 ? name : "…" + name.substring(name.length() - 23);
    }
}
