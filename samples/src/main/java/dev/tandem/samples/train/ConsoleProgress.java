package dev.tandem.samples.train;

import dev.tandem.core.train.StepReport;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.TrainResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Shows a run: a progress bar in a terminal, otherwise a line now and then. Evaluations and checkpoints have lines of their own. */
public final class ConsoleProgress implements TrainListener {

    private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

    private final PrintWriter out;
    private final boolean terminal;
    private @Nullable ProgressBar bar;
    private long lastLine = System.nanoTime() - QUIET_NANOS;

    /**
     * A listener that writes to {@code out}.
     *
     * @param terminal whether to draw a progress bar on the error stream
     */
    public ConsoleProgress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void started(String task, long parameters, long step, TrainConfig config) {
        line(String.format(
                Locale.ROOT,
                "%s: %,d parameters, %s step %,d of %,d",
                task,
                parameters,
                step == 0 ? "from" : "resumed at",
                step,
                config.steps()));
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(config.steps())
                    .startsFrom(step, Duration.ZERO)
                    .setUnit(" steps", 1)
                    .showSpeed()
                    .build();
        }
    }

    @Override
    public void stepped(long step) {
        if (bar != null) {
            bar.stepTo(step);
        }
    }

    @Override
    public void logged(StepReport report) {
        if (bar != null) {
            bar.setExtraMessage(String.format(
                    Locale.ROOT, "loss %.4f%s, %s", report.loss(), joined(losses(report)), speed(report.speed())));
        } else if (System.nanoTime() - lastLine >= QUIET_NANOS || report.step() == report.steps()) {
            lastLine = System.nanoTime();
            line(String.format(
                    Locale.ROOT,
                    "step %,d of %,d: loss %.4f%s, lr %.2g, grad norm %.3g, %s, %s left%s",
                    report.step(),
                    report.steps(),
                    report.loss(),
                    joined(report.metrics()),
                    report.learningRate(),
                    report.gradNorm(),
                    speed(report.speed()),
                    time(report.speed().secondsLeft()),
                    report.skipped() == 0 ? "" : ", " + report.skipped() + " steps skipped (gradients not finite)"));
        }
    }

    @Override
    public void evaluated(long step, Map<String, Double> metrics) {
        line(String.format(
                Locale.ROOT,
                "after step %,d, held out: %s",
                step,
                joined(metrics).substring(2)));
    }

    @Override
    public void saved(long step, Path checkpoint) {
        line("saved " + checkpoint);
    }

    @Override
    public void finished(TrainResult result) {
        close();
        line(String.format(
                Locale.ROOT,
                switch (result.outcome()) {
                    case FINISHED -> "finished %,d steps in %.0f s";
                    case OUT_OF_TIME -> "the time is over after step %,d (%.0f s); go on with --resume";
                    case STOPPED_EARLY -> "stopped early after step %,d (%.0f s): the evaluation does not get better";
                    case INTERRUPTED -> "stopped after step %,d (%.0f s); go on with --resume";
                },
                result.step(),
                result.seconds()));
        if (!result.used().equals(result.checkpoint())) {
            line("the weights are those of the best evaluation, " + result.used());
        }
    }

    /** Takes the progress bar away, also where the run ended with an error. */
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private static String speed(StepReport.Speed speed) {
        return String.format(Locale.ROOT, "%.1f samples/s", speed.samplesPerSecond())
                + (speed.tokensPerSecond() > 0
                        ? String.format(Locale.ROOT, ", %,.0f tokens/s", speed.tokensPerSecond())
                        : "")
                + (speed.imagesPerSecond() > 0
                        ? String.format(Locale.ROOT, ", %.1f images/s", speed.imagesPerSecond())
                        : "");
    }

    /** Such as {@code 2 h 05 min}, {@code 3 min 20 s} or {@code 12 s}. */
    static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 3600
                ? String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60)
                : whole >= 60 ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60) : whole + " s";
    }

    private static Map<String, Double> losses(StepReport report) {
        Map<String, Double> losses = new LinkedHashMap<>();
        report.metrics().forEach((name, value) -> {
            if (name.startsWith("loss_")) {
                losses.put(name, value);
            }
        });
        return losses;
    }

    private static String joined(Map<String, Double> metrics) {
        StringJoiner text = new StringJoiner("");
        metrics.forEach((name, value) -> text.add(String.format(Locale.ROOT, ", %s %.4g", name, value)));
        return text.toString();
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }
}
