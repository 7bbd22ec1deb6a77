package dev.tandem.samples.cli;

import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.TrainResult;
import dev.tandem.core.weights.WeightException;
import dev.tandem.samples.train.ConsoleProgress;
import dev.tandem.samples.train.StopSignal;
import dev.tandem.samples.train.TrainingRun;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Exit code 0: done, or the time is over; 2: bad usage, configuration or data; 130: stopped by Ctrl-C, to be resumed. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description =
                "Trains what a configuration file describes: checkpoints, a log and the trained model go to the output folder.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all steps are done, or --max-minutes are over",
            "2:bad usage, configuration or data",
            "130:stopped by Ctrl-C after a checkpoint; go on with --resume"
        })
public final class TrainCommand implements Callable<Integer> {

    private static final int INTERRUPTED = 130;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "the configuration, JSON with comments")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path config;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "output folder; runs/NAME for a configuration NAME.json unless given")
    private @Nullable Path out;

    @Option(names = "--resume", description = "go on from the newest checkpoint in the output folder")
    private boolean resume;

    @Option(
            names = "--max-minutes",
            paramLabel = "N",
            description = "stop after this time with a checkpoint to resume from")
    private double maxMinutes;

    @Option(
            names = "--report",
            description = "keep report.html in the output folder: the curves of the run, renewed while it trains")
    private boolean report;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda or cuda:N (default: the configuration's training.device, or cpu)")
    private @Nullable String device;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!(maxMinutes >= 0)) {
            throw new ParameterException(spec.commandLine(), "--max-minutes must not be negative, got " + maxMinutes);
        }
        Path folder = out == null ? Path.of("runs", nameOf(config)) : out;
        ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getOut(), System.console() != null);
        try (StopSignal stop = StopSignal.listen()) {
            TrainingRun run = TrainingRun.of(config, folder, resume, maxMinutes * 60, report);
            Device chosen = device == null ? run.device() : Device.parse(device);
            TrainResult result = run.run(TorchEngine.on(chosen), progress, stop);
            return result.outcome() == TrainResult.Outcome.INTERRUPTED ? INTERRUPTED : 0;
        } catch (IllegalArgumentException | IllegalStateException | WeightException | UncheckedIOException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } finally {
            progress.close();
        }
    }

    private static String nameOf(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) : name;
    }
}
