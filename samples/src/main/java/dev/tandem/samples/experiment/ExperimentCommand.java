package dev.tandem.samples.experiment;

import dev.tandem.core.agent.Models;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.train.StopSignal;
import java.io.PrintWriter;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains and measures what is to be compared, and writes tables and figures of it. */
@Command(
        name = "experiment",
        mixinStandardHelpOptions = true,
        description =
                "Compares ways of training: makes all runs of an experiment, measures them on the same held-out dialogues, and writes report.md, report.html and report.json. Started again, it goes on where it was stopped.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all runs are done, the report is written",
            "2:bad usage, definition or data",
            "130:stopped by Ctrl-C; the report is of what is done, start it again to go on"
        })
public final class ExperimentCommand implements Callable<Integer> {

    private static final int INTERRUPTED = 130;

    @Parameters(
            paramLabel = "EXPERIMENT",
            description =
                    "papers/e2e (end-to-end against pipeline, as in the paper), or a .json file of your own (docs/experiments.md)")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            defaultValue = "default",
            description = "the model that all runs start from: a name or a folder (default: default)")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String model;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            description = "where results and the report go (default: runs/EXPERIMENT)")
    private @Nullable Path results;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "1",
            description = "runs at the same time, each with OMP_NUM_THREADS threads (${DEFAULT-VALUE})")
    private int parallel;

    @Option(
            names = "--seeds",
            split = ",",
            paramLabel = "N",
            description = "other seeds than the definition's, separated by commas")
    private List<Long> seeds = List.of();

    @Option(
            names = "--only",
            paramLabel = "GLOB",
            description =
                    "only runs whose name, or a folder of it, fits: 'clean', 'clean/*/seed-1'; the report is of all results that are there")
    private @Nullable String only;

    @Option(names = "--list", description = "only list the runs")
    private boolean list;

    @Option(names = "--keep-models", description = "keep the trained models beside the results")
    private boolean keepModels;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:N (default: cpu)")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String device;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (parallel < 1) {
            throw new ParameterException(spec.commandLine(), "--parallel must be at least 1, got " + parallel);
        }
        PrintWriter out = spec.commandLine().getOut();
        Experiment experiment = Experiment.read(name);
        if (!seeds.isEmpty()) {
            experiment = experiment.withSeeds(seeds);
        }
        Path folder = results == null ? Path.of("runs").resolve(plainName()) : results;
        List<PlannedRun> planned = experiment.runs(Models.find(model));
        List<PlannedRun> chosen = planned.stream().filter(this::isChosen).toList();
        if (chosen.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--only " + only + " fits none of the runs; --list shows their names");
        }
        if (list) {
            chosen.forEach(run -> out.println(run.name() + (RunResult.isIn(run.folder(folder)) ? "  done" : "")));
            return 0;
        }
        OutputFiles.checkFolder(folder);
        ExperimentRuns.Made made;
        try (StopSignal stop = StopSignal.listen()) {
            made = new ExperimentRuns(TorchEngine.on(Device.parse(device)), folder, experiment.evaluation(), keepModels)
                    .make(chosen, parallel, line -> say(out, line), stop);
        }
        ExperimentReport.of(experiment, planned, folder).write(folder);
        out.println("wrote " + folder.resolve(ExperimentReport.PAGE));
        if (!made.failures().isEmpty()) {
            throw made.failures().get(0);
        }
        return made.all() ? 0 : INTERRUPTED;
    }

    private boolean isChosen(PlannedRun run) {
        if (only == null) {
            return true;
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + only);
        return Stream.iterate(Path.of(run.name()), Objects::nonNull, Path::getParent)
                .anyMatch(matcher::matches);
    }

    private String plainName() {
        String last = String.valueOf(Path.of(name).getFileName());
        return last.endsWith(".json") ? last.substring(0, last.length() - ".json".length()) : last;
    }

    private static synchronized void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
