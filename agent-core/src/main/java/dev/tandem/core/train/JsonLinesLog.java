package dev.tandem.core.train;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tandem.core.file.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a run to a file of JSON lines: {@code {"step", "loss", metrics..., "lr", "grad_norm", "skipped", "samples_per_second",
 * "tokens_per_second", "images_per_second", "seconds", "seconds_left"}} for each logged step, {@code {"step", "evaluation": {...}}} for each evaluation.
 *
 * <p>A resumed run goes on in the same file; lines of steps that lie after its checkpoint are dropped first, because they come again.
 */
public final class JsonLinesLog implements TrainListener {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

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
                StringBuilder kept = new StringBuilder();
                for (String line : wholeLines()) {
                    if (isUpTo(line, step)) {
                        kept.append(line).append('\n');
                    }
                }
                Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
                Folders.writeSynced(temporary, kept.toString().getBytes(StandardCharsets.UTF_8));
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Without the last line if its end is missing, and whatever bytes a crash left in place of text. */
    private List<String> wholeLines() throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** A line that a crash damaged is dropped, too. */
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
        StepReport.Speed speed = report.speed();
        line.put("samples_per_second", finite(speed.samplesPerSecond()));
        if (speed.tokensPerSecond() > 0) {
            line.put("tokens_per_second", speed.tokensPerSecond());
        }
        if (speed.imagesPerSecond() > 0) {
            line.put("images_per_second", speed.imagesPerSecond());
        }
        line.put("seconds", speed.seconds());
        line.put("seconds_left", speed.secondsLeft());
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

    /** A checkpoint is on the disk; so are the lines of the steps before it. */
    @Override
    public void saved(long step, Path checkpoint) {
        if (Files.exists(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(false);
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException("cannot write the training log " + file + ": " + e.getMessage(), e);
    }

    private void append(Map<String, Object> line) {
        try {
            Files.writeString(
                    file, JSON.writeValueAsString(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
