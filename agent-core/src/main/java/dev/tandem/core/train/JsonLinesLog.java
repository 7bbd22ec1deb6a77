package dev.tandem.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a run to a file of JSON lines: {@code {"step", "loss", metrics..., "lr", "grad_norm", "skipped", "samples_per_second",
 * "seconds"}} for each logged step, {@code {"step", "evaluation": {...}}} for each evaluation.
 *
 * <p>A resumed run goes on in the same file; lines of steps that lie after its checkpoint are dropped first, because they come again.
 */
public final class JsonLinesLog implements TrainListener {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    public JsonLinesLog(Path file) {
        this.file = file;
    }

    @Override
    public void started(String task, long parameters, long step, TrainConfig config) {
        try {
            if (step == 0) {
                Files.deleteIfExists(file);
            } else if (Files.exists(file)) {
                List<String> kept = new ArrayList<>();
                for (String line : Files.readAllLines(file)) {
                    if (isUpTo(line, step)) {
                        kept.add(line);
                    }
                }
                Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
                Files.write(temporary, kept);
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the training log " + file + ": " + e.getMessage(), e);
        }
    }

    /** A line that a crash cut off is dropped, too. */
    private static boolean isUpTo(String line, long step) {
        try {
            JsonNode number = JSON.readTree(line).path("step");
            return number.isNumber() && number.asLong() <= step;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void logged(StepReport report) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", report.step());
        line.put("loss", finite(report.loss()));
        report.metrics().forEach((name, value) -> line.put(name, finite(value)));
        line.put("lr", report.learningRate());
        line.put("grad_norm", finite(report.gradNorm()));
        line.put("skipped", report.skipped());
        line.put("samples_per_second", finite(report.samplesPerSecond()));
        line.put("seconds", finite(report.seconds()));
        append(line);
    }

    @Override
    public void evaluated(long step, Map<String, Double> metrics) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        Map<String, Object> values = new LinkedHashMap<>();
        metrics.forEach((name, value) -> values.put(name, finite(value)));
        line.put("evaluation", values);
        append(line);
    }

    /** JSON has no NaN and no infinity: their names are written. */
    private static Object finite(double value) {
        return Double.isFinite(value) ? (Object) value : Double.toString(value);
    }

    private void append(Map<String, Object> line) {
        try {
            Files.writeString(
                    file, JSON.writeValueAsString(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the training log " + file + ": " + e.getMessage(), e);
        }
    }
}
