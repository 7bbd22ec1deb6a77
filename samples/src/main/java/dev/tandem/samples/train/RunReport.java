package dev.tandem.samples.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.train.StepReport;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.TrainResult;
import dev.tandem.samples.terminal.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * Keeps {@code report.html} beside a run's log while it trains: a page with all curves in it, drawn from the log, so that a resumed run
 * shows its whole past, and with the sample pictures that lie beside it. It is replaced by renaming, so a browser never sees half of it. Add it after the log's listener.
 */
final class RunReport implements TrainListener {

    private static final long PAUSE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path log;
    private final Path file;
    private String task = "";
    private String state = "";
    private long steps;
    private long written = System.nanoTime();

    RunReport(Path log, Path file) {
        this.log = log;
        this.file = file;
    }

    @Override
    public void started(String name, long parameters, long step, TrainConfig config) {
        task = String.format(Locale.ROOT, "%s, %,d parameters", name, parameters);
        steps = config.steps();
        state = "step " + step + " of " + steps;
    }

    @Override
    public void logged(StepReport report) {
        state = String.format(
                Locale.ROOT,
                "step %,d of %,d, %s left",
                report.step(),
                steps,
                ConsoleProgress.time(report.speed().secondsLeft()));
        if (System.nanoTime() - written >= PAUSE_NANOS) {
            write();
        }
    }

    @Override
    public void evaluated(long step, Map<String, Double> metrics) {
        write();
    }

    @Override
    public void finished(TrainResult result) {
        state = String.format(
                Locale.ROOT,
                switch (result.outcome()) {
                    case FINISHED -> "finished %,d steps";
                    case OUT_OF_TIME -> "out of time after step %,d; go on with --resume";
                    case INTERRUPTED -> "stopped after step %,d; go on with --resume";
                    case STOPPED_EARLY -> "stopped early after step %,d";
                },
                result.step());
        write();
    }

    private void write() {
        Curves curves = new Curves();
        try {
            if (Files.exists(log)) {
                for (String line : Files.readAllLines(log)) {
                    JsonNode json = JSON.readTree(line);
                    curves.add(json);
                }
            }
            Path hidden = file.resolveSibling("." + file.getFileName() + ".tmp");
            Files.writeString(hidden, html(curves));
            Files.move(hidden, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the report " + file + ": " + e.getMessage(), e);
        }
        written = System.nanoTime();
    }

    private String html(Curves curves) throws IOException {
        StringBuilder page =
                new StringBuilder(String.format("""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><title>%s</title>
                <style>body {font-family: sans-serif; margin: 2em; max-width: 62em} img {width: 30em; margin: 0.3em}
                td, th {padding: 0.1em 0.8em; text-align: right}
                .samples img {width: 8em} .samples th, .samples td {text-align: left; vertical-align: top; font-weight: normal}
                </style></head>
                <body><h1>%s</h1><p>%s</p>
                """, SafeText.html(task), SafeText.html(task), SafeText.html(state)));
        if (!curves.lastEvaluation().isEmpty()) {
            page.append("<h2>Last evaluation</h2>\n<table>\n");
            curves.lastEvaluation()
                    .forEach((name, value) -> page.append(String.format(
                            Locale.ROOT, "<tr><th>%s</th><td>%.5g</td></tr>%n", SafeText.html(name), value)));
            page.append("</table>\n");
        }
        page.append("<h2>Curves</h2>\n");
        for (Map.Entry<String, String> picture : curves.pictures().entrySet()) {
            page.append(String.format(
                    "<img alt=\"%s\" src=\"data:image/png;base64,%s\">%n",
                    SafeText.html(picture.getKey()), picture.getValue()));
        }
        samples(page);
        return page.append("</body></html>\n").toString();
    }

    private void samples(StringBuilder page) throws IOException {
        SampleFiles samples = new SampleFiles(file.resolveSibling(TrainingRun.SAMPLES));
        List<String> captions = samples.read();
        SortedMap<Long, SortedMap<Integer, String>> rows = samples.rows();
        if (rows.isEmpty()) {
            return;
        }
        page.append(
                "<h2>Sample pictures</h2>\n<p>Each column is one caption in one noise.</p>\n<table class=\"samples\">\n<tr><th>step</th>");
        captions.forEach(
                caption -> page.append("<th>").append(SafeText.html(caption)).append("</th>"));
        page.append("</tr>\n");
        rows.forEach((step, pictures) -> {
            page.append(String.format(Locale.ROOT, "<tr><th>%,d</th>", step));
            for (int i = 0; i < captions.size(); i++) {
                String name = pictures.get(i);
                page.append(
                        name == null
                                ? "<td></td>"
                                : String.format(
                                        "<td><img alt=\"%s\" src=\"%s/%s\"></td>",
                                        SafeText.html(captions.get(i)), TrainingRun.SAMPLES, name));
            }
            page.append("</tr>\n");
        });
        page.append("</table>\n");
    }
}
