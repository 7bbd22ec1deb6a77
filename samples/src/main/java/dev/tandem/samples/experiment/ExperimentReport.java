package dev.tandem.samples.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.samples.experiment.Experiment.Kind;
import dev.tandem.samples.experiment.Experiment.PaperRow;
import dev.tandem.samples.experiment.Experiment.Setting;
import dev.tandem.samples.experiment.Experiment.Table;
import dev.tandem.samples.experiment.Measured.Difference;
import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.terminal.SafeText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The tables and figures of an experiment, as Markdown, as one page of HTML with the figures in it, and as JSON.
 *
 * @param experiment what was run
 * @param parts the tables, in order, one for each of a table's conditions
 */
record ExperimentReport(Experiment experiment, List<Part> parts) {

    static final String PAGE = "report.html";

    private static final String MARKDOWN = "report.md";
    private static final String JSON = "report.json";
    private static final String HOW_TO_READ =
            "In brackets the difference from the first row, over the seeds that both have: its size, and its 95 % interval by a paired bootstrap over dialogues (of"
                    + " sets of pictures: the least and the largest difference of a seed). A difference in bold has an interval without 0.";

    /**
     * A table under one condition.
     *
     * @param table its definition
     * @param condition its name
     * @param rows of the variants that have results
     */
    record Part(Table table, String condition, List<Row> rows) {

        String file() {
            return table.name() + "-" + condition;
        }
    }

    /**
     * A variant's measures.
     *
     * @param variant its name
     * @param label for people
     * @param seeds which of them have results
     * @param cells by measure, without those that could not be measured
     */
    record Row(String variant, String label, List<Long> seeds, Map<String, Cell> cells) {}

    /**
     * A measure of a variant.
     *
     * @param value over all seeds
     * @param least of a seed
     * @param largest of a seed
     * @param difference from the baseline's runs with the same seeds; null in the baseline's row, or where there are none
     */
    record Cell(
            double value,
            double least,
            double largest,
            @Nullable Difference difference) {}

    ExperimentReport {
        parts = List.copyOf(parts);
    }

    /** Of the results in a folder. */
    static ExperimentReport of(Experiment experiment, List<PlannedRun> runs, Path folder) {
        Map<String, RunResult> results = new LinkedHashMap<>();
        for (PlannedRun run : runs) {
            if (RunResult.isIn(run.folder(folder))) {
                results.put(run.name(), RunResult.read(run.folder(folder)));
            }
        }
        List<Part> parts = new ArrayList<>();
        for (Table table : experiment.tables()) {
            for (String condition : table.conditions()) {
                List<Row> rows = new ArrayList<>();
                for (String variant : table.variants()) {
                    Row row = row(experiment, table, condition, variant, results);
                    if (row != null) {
                        rows.add(row);
                    }
                }
                if (!rows.isEmpty()) {
                    parts.add(new Part(table, condition, rows));
                }
            }
        }
        return new ExperimentReport(experiment, parts);
    }

    private static @Nullable Row row(
            Experiment experiment, Table table, String condition, String variant, Map<String, RunResult> results) {
        List<Long> seeds = new ArrayList<>();
        List<RunResult> own = new ArrayList<>();
        List<RunResult> paired = new ArrayList<>();
        List<RunResult> baseline = new ArrayList<>();
        for (long seed : experiment.seeds()) {
            RunResult result = results.get(PlannedRun.name(condition, variant, seed));
            RunResult other = results.get(PlannedRun.name(condition, table.baseline(), seed));
            if (result != null) {
                seeds.add(seed);
                own.add(result);
                if (other != null) {
                    paired.add(result);
                    baseline.add(other);
                }
            }
        }
        if (own.isEmpty()) {
            return null;
        }
        Map<String, Cell> cells = new LinkedHashMap<>();
        for (String measure : table.measures()) {
            double value = Measured.value(own, measure);
            if (!Double.isFinite(value)) {
                continue;
            }
            double[] each = own.stream()
                    .mapToDouble(result -> Measured.value(List.of(result), measure))
                    .sorted()
                    .toArray();
            boolean compared = !variant.equals(table.baseline()) && !paired.isEmpty();
            cells.put(
                    measure,
                    new Cell(
                            value,
                            each[0],
                            each[each.length - 1],
                            compared ? difference(paired, baseline, measure) : null));
        }
        return new Row(
                variant, Experiment.setting(experiment.variants(), variant).label(), seeds, cells);
    }

    private static @Nullable Difference difference(List<RunResult> variant, List<RunResult> baseline, String measure) {
        Difference difference = Measured.difference(variant, baseline, measure);
        return Double.isFinite(difference.value()) ? difference : null;
    }

    /** Writes all files into a folder. */
    void write(Path folder) {
        Map<String, byte[]> figures = new LinkedHashMap<>();
        for (Part part : parts) {
            if (part.table().kind() != Kind.TABLE) {
                part.table().measures().forEach(measure -> {
                    byte[] png = ExperimentFigures.png(part, measure);
                    if (png != null) {
                        figures.put(figure(part, measure), png);
                    }
                });
            }
        }
        figures.forEach((name, png) -> OutputFiles.replace(folder.resolve(name), png));
        OutputFiles.replace(folder.resolve(MARKDOWN), markdown(figures.keySet()).getBytes(StandardCharsets.UTF_8));
        OutputFiles.replace(folder.resolve(PAGE), html(figures).getBytes(StandardCharsets.UTF_8));
        OutputFiles.replace(folder.resolve(JSON), json().getBytes(StandardCharsets.UTF_8));
    }

    private static String figure(Part part, String measure) {
        return part.file() + "-" + measure.replace('_', '-') + ".png";
    }

    private String markdown(Set<String> figures) {
        StringBuilder page = new StringBuilder("# " + SafeText.markdown(experiment.title()) + "\n\n");
        experiment.notes().forEach(note -> page.append(note).append("\n\n"));
        page.append(HOW_TO_READ).append("\n");
        for (Part part : parts) {
            page.append("\n## ").append(SafeText.markdown(heading(part))).append("\n\n");
            for (List<String> line : lines(part, SafeText::markdown, "**", "**")) {
                page.append("| ").append(String.join(" | ", line)).append(" |\n");
                if (line.get(0).isEmpty()) {
                    page.append("|").append(" --- |".repeat(line.size())).append("\n");
                }
            }
            page.append("\n");
            for (String measure : part.table().measures()) {
                if (figures.contains(figure(part, measure))) {
                    page.append("![" + Measured.label(measure) + "](" + figure(part, measure) + ")\n");
                }
            }
        }
        return page.toString();
    }

    private String html(Map<String, byte[]> figures) {
        StringBuilder page = new StringBuilder(String.format("""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><title>%1$s</title>
                <style>body {font-family: sans-serif; margin: 2em} td, th {padding: 0.2em 0.8em; text-align: left}
                tr:nth-child(even) {background: #f2f2f2} img {width: 30em; margin: 0.3em}</style></head>
                <body><h1>%1$s</h1>
                """, SafeText.html(experiment.title())));
        experiment
                .notes()
                .forEach(note -> page.append("<p>").append(SafeText.html(note)).append("</p>\n"));
        page.append("<p>").append(SafeText.html(HOW_TO_READ)).append("</p>\n");
        for (Part part : parts) {
            page.append("<h2>").append(SafeText.html(heading(part))).append("</h2>\n<table>\n");
            for (List<String> line : lines(part, SafeText::html, "<b>", "</b>")) {
                String cell = line.get(0).isEmpty() ? "th" : "td";
                page.append("<tr>");
                line.forEach(text -> page.append("<" + cell + ">").append(text).append("</" + cell + ">"));
                page.append("</tr>\n");
            }
            page.append("</table>\n");
            for (String measure : part.table().measures()) {
                byte[] png = figures.get(figure(part, measure));
                if (png != null) {
                    page.append("<img alt=\"")
                            .append(SafeText.html(Measured.label(measure)))
                            .append("\" src=\"data:image/png;base64,")
                            .append(Base64.getEncoder().encodeToString(png))
                            .append("\">\n");
                }
            }
        }
        return page.append("</body></html>\n").toString();
    }

    private String heading(Part part) {
        Setting condition = Experiment.setting(experiment.conditions(), part.condition());
        return part.table().title() + ": " + condition.label();
    }

    /** The heading line, whose first cell is empty, then variants, then the paper's rows; names are escaped. */
    private static List<List<String>> lines(Part part, UnaryOperator<String> escape, String bold, String normal) {
        List<List<String>> lines = new ArrayList<>();
        List<String> heading = new ArrayList<>(List.of(""));
        part.table().measures().forEach(measure -> heading.add(Measured.label(measure)));
        heading.add("seeds");
        lines.add(heading);
        for (Row row : part.rows()) {
            List<String> line = new ArrayList<>(List.of(escape.apply(row.label())));
            for (String measure : part.table().measures()) {
                Cell cell = row.cells().get(measure);
                line.add(cell == null ? "–" : text(measure, cell, bold, normal));
            }
            line.add(String.valueOf(row.seeds().size()));
            lines.add(line);
        }
        part.table().paper().forEach((data, rows) -> {
            for (PaperRow row : rows) {
                List<String> line = new ArrayList<>(List.of(escape.apply("the paper, " + data + ": " + row.label())));
                for (String measure : part.table().measures()) {
                    Double value = row.values().get(measure);
                    line.add(value == null ? "–" : String.format(Locale.ROOT, "%.2f", value));
                }
                line.add("");
                lines.add(line);
            }
        });
        return lines;
    }

    private static String text(String measure, Cell cell, String bold, String normal) {
        String value = number(measure, cell.value(), false);
        Difference difference = cell.difference();
        if (difference == null) {
            return value;
        }
        String size = number(measure, difference.value(), true);
        return value + " (" + (difference.clear() ? bold + size + normal : size) + "; "
                + number(measure, difference.low(), true) + " to " + number(measure, difference.high(), true) + ")";
    }

    private static String number(String measure, double value, boolean signed) {
        double shown = Measured.isShare(measure) ? 100 * value : value;
        String text = String.format(Locale.ROOT, signed ? "%+.2f" : "%.2f", shown);
        return text.equals("-0.00") ? "+0.00" : text;
    }

    private String json() {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode().put("title", experiment.title());
        ArrayNode tables = json.putArray("tables");
        for (Part part : parts) {
            ObjectNode table = tables.addObject()
                    .put("name", part.table().name())
                    .put("condition", part.condition())
                    .put("baseline", part.table().baseline());
            ArrayNode rows = table.putArray("rows");
            for (Row row : part.rows()) {
                ObjectNode values = rows.addObject().put("variant", row.variant());
                values.set("seeds", mapper.valueToTree(row.seeds()));
                row.cells().forEach((measure, cell) -> values.set(measure, mapper.valueToTree(cell)));
            }
            table.set("paper", mapper.valueToTree(part.table().paper()));
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the report cannot be written as JSON: " + e.getMessage(), e);
        }
    }
}
