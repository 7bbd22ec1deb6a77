package dev.tandem.samples.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.samples.evaluate.Outcome.Due;
import dev.tandem.samples.evaluate.Outcome.Exhibit;
import dev.tandem.samples.terminal.SafeText;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as Markdown, as one HTML page with its pictures in it, and as JSON. What users and models said is escaped.
 *
 * @param models evaluated on the same dialogues
 * @param settings what was measured how, shown as it stands
 */
record ReportPages(List<Model> models, List<String> settings) {

    /** Pictures of a model that the page shows. */
    private static final int SHOWN = 48;

    private static final String STYLE = """
            :root { color-scheme: light dark; }
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; }
            th, td { border: 1px solid GrayText; padding: .25rem .75rem; text-align: right; }
            th:first-child { text-align: left; }
            .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; }
            figure { border: 1px solid GrayText; margin: 0; padding: .75rem; overflow-wrap: anywhere; }
            img { width: 7rem; image-rendering: auto; vertical-align: top; }
            """;

    /**
     * An evaluated model.
     *
     * @param report its tallies
     * @param measures of texts and pictures
     * @param exhibits photos that were shared or due
     */
    record Model(EvaluationReport report, List<Measure> measures, List<Exhibit> exhibits) {

        List<Measure> all() {
            List<Measure> all = new ArrayList<>(report.measures());
            all.addAll(measures);
            return all;
        }
    }

    /** The page without pictures. */
    String markdown() {
        StringBuilder page = new StringBuilder("# Evaluation\n\n");
        settings.forEach(s -> page.append("- ").append(SafeText.markdown(s)).append('\n'));
        page.append("\n| Measure |");
        models.forEach(m ->
                page.append(' ').append(SafeText.markdown(m.report().title())).append(" |"));
        page.append("\n|---|").append("---:|".repeat(models.size())).append('\n');
        table().forEach((name, cells) -> page.append("| ")
                .append(SafeText.markdown(name))
                .append(" | ")
                .append(String.join(" | ", cells))
                .append(" |\n"));
        return page.toString();
    }

    /** The page with pictures; it needs no other file. */
    String html() {
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\">\n")
                .append("<title>Evaluation</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n<h1>Evaluation</h1>\n<ul>\n");
        settings.forEach(s -> page.append("<li>").append(SafeText.html(s)).append("</li>\n"));
        page.append("</ul>\n<table>\n<thead><tr><th scope=\"col\">Measure</th>");
        models.forEach(m -> page.append("<th scope=\"col\">")
                .append(SafeText.html(m.report().title()))
                .append("</th>"));
        page.append("</tr></thead>\n<tbody>\n");
        table().forEach((name, cells) -> {
            page.append("<tr><th scope=\"row\">").append(SafeText.html(name)).append("</th>");
            cells.forEach(c -> page.append("<td>").append(SafeText.html(c)).append("</td>"));
            page.append("</tr>\n");
        });
        page.append("</tbody>\n</table>\n");
        models.forEach(m -> gallery(page, m));
        return page.append("</html>\n").toString();
    }

    /** Everything that is measured, in full precision. */
    String json() {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode();
        ArrayNode notes = json.putArray("settings");
        settings.forEach(notes::add);
        ArrayNode list = json.putArray("models");
        for (Model model : models) {
            ObjectNode values = model.report().json();
            ObjectNode measures = values.putObject("measures");
            for (Measure measure : model.measures()) {
                ObjectNode value = measures.putObject(measure.name()).put("value", measure.value());
                if (measure.interval() != null) {
                    value.putArray("interval")
                            .add(measure.interval().low())
                            .add(measure.interval().high());
                }
            }
            list.add(values);
        }
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("the report cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    /** Name of a measure to its text for each model. */
    private Map<String, List<String>> table() {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        models.forEach(m -> m.all().forEach(measure -> rows.computeIfAbsent(measure.name(), n -> new ArrayList<>())));
        rows.forEach((name, cells) -> models.forEach(m -> cells.add(m.all().stream()
                .filter(measure -> measure.name().equals(name))
                .map(Measure::text)
                .findFirst()
                .orElse("–"))));
        return rows;
    }

    private static void gallery(StringBuilder page, Model model) {
        page.append("<h2>Photos of ")
                .append(SafeText.html(model.report().title()))
                .append("</h2>\n");
        int shown = Math.min(SHOWN, model.exhibits().size());
        page.append("<p>The first ")
                .append(shown)
                .append(" of ")
                .append(model.exhibits().size());
        page.append(" turns in which a photo was shared or due: the photo that was shared, then the one that was due.")
                .append("</p>\n<div class=\"gallery\">\n");
        for (Exhibit exhibit : model.exhibits().subList(0, shown)) {
            page.append("<figure>\n<p>“")
                    .append(SafeText.html(exhibit.request()))
                    .append("”</p>\n");
            Photo shared = exhibit.shared();
            Due due = exhibit.due();
            image(page, shared == null ? null : shared.png(), shared == null ? "" : shared.caption());
            image(page, due == null ? null : png(due.picture()), due == null ? "" : due.caption());
            page.append("<figcaption>Shared: ")
                    .append(shared == null ? "<em>none</em>" : SafeText.html(shared.caption()));
            page.append("<br>Due: ").append(due == null ? "<em>none</em>" : SafeText.html(due.caption()));
            page.append("</figcaption>\n</figure>\n");
        }
        page.append("</div>\n");
    }

    private static void image(StringBuilder page, byte @Nullable [] png, String caption) {
        if (png != null) {
            page.append("<img alt=\"").append(SafeText.html(caption)).append("\" src=\"data:image/png;base64,");
            page.append(Base64.getEncoder().encodeToString(png)).append("\">\n");
        }
    }

    private static byte[] png(BufferedImage picture) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(picture, "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("a picture cannot be written as a PNG: " + e.getMessage(), e);
        }
    }
}
