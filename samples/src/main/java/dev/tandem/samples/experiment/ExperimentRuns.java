package dev.tandem.samples.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.TrainListener;
import dev.tandem.core.train.TrainResult;
import dev.tandem.core.train.TrainResult.Outcome;
import dev.tandem.samples.evaluate.HeldOutEvaluation;
import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.train.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes the runs of an experiment that have no result yet, some at the same time. A run that was stopped goes on from its newest
 * checkpoint. When it is measured, all but its result and its log is removed, unless the models are to be kept.
 *
 * @param engine that trains
 * @param results the folder of all runs
 * @param evaluation what each trained model is measured on
 * @param keepModels whether trained models stay there
 */
record ExperimentRuns(TensorEngine engine, Path results, HeldOutEvaluation evaluation, boolean keepModels) {

    private static final String RECIPE = "recipe.json";
    private static final String LOCK = ".lock";
    private static final String CHECKPOINT = "checkpoint-";
    private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();

    /**
     * Makes them. One that fails is named, and does not take the others along.
     *
     * @param parallel how many at a time
     * @param say hears what happens, a line each
     * @param stop whether to stop with checkpoints
     */
    Made make(List<PlannedRun> runs, int parallel, Consumer<String> say, BooleanSupplier stop) {
        try {
            Files.createDirectories(results);
            try (FileChannel file = FileChannel.open(
                            results.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.tryLock()) {
                if (lock == null) {
                    throw new IllegalArgumentException("another process makes the runs in " + results
                            + "; wait until it ends, or give another folder with --results");
                }
                return makeAlone(runs, parallel, say, stop);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + results + ": " + e.getMessage(), e);
        }
    }

    /**
     * What was made.
     *
     * @param all whether all runs have a result now
     * @param failures of runs that failed
     */
    record Made(boolean all, List<RuntimeException> failures) {}

    private Made makeAlone(List<PlannedRun> runs, int parallel, Consumer<String> say, BooleanSupplier stop) {
        ConcurrentLinkedQueue<PlannedRun> waiting = new ConcurrentLinkedQueue<>(runs.stream()
                .filter(run -> !RunResult.isIn(run.folder(results)))
                .toList());
        say.accept(String.format(
                Locale.ROOT, "%,d runs, of which %,d are done", runs.size(), runs.size() - waiting.size()));
        List<RuntimeException> failures = Collections.synchronizedList(new ArrayList<>());
        ExecutorService workers = Executors.newFixedThreadPool(parallel);
        try {
            List<? extends Future<?>> all = IntStream.range(0, parallel)
                    .mapToObj(i -> workers.submit(() -> {
                        for (PlannedRun next = waiting.poll();
                                next != null && !stop.getAsBoolean();
                                next = waiting.poll()) {
                            try {
                                make(next, say, stop);
                            } catch (RuntimeException e) {
                                failures.add(e);
                                say.accept(next.name() + ": failed: " + e.getMessage());
                            }
                        }
                    }))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a run ended with " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            workers.shutdown();
        }
        boolean all = runs.stream().allMatch(run -> RunResult.isIn(run.folder(results)));
        return new Made(all, List.copyOf(failures));
    }

    private void make(PlannedRun run, Consumer<String> say, BooleanSupplier stop) {
        Path folder = run.folder(results);
        try {
            Files.createDirectories(folder);
            boolean resume = startedWith(run, folder);
            say.accept(run.name() + (resume ? ": goes on" : ": begins"));
            TrainResult trained = TrainingRun.of(folder.resolve(RECIPE), folder, resume, 0, false)
                    .run(engine, new TrainListener() {}, stop);
            if (trained.outcome() == Outcome.INTERRUPTED) {
                say.accept(run.name() + ": stopped after step " + trained.step());
                return;
            }
            Path model = folder.resolve(TrainingRun.MODEL);
            HeldOutEvaluation.Result measured = run.sendsPhotos()
                    ? evaluation.run(engine, model, run.tellsPhotos(), done -> {})
                    : evaluation.withoutSights().run(engine, model, false, done -> {});
            new RunResult(run.recipe(), trained.seconds(), measured.scores(), measured.pictures(), measured.captions())
                    .write(folder);
            tidy(folder);
            say.accept(String.format(Locale.ROOT, "%s: done, trained %.0f s", run.name(), trained.seconds()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Whether there is a checkpoint of this very run; what another recipe left is removed. */
    private static boolean startedWith(PlannedRun run, Path folder) throws IOException {
        Path file = folder.resolve(RECIPE);
        String text = text(run);
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            clear(folder, path -> true);
            OutputFiles.replace(file, text.getBytes(StandardCharsets.UTF_8));
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            if (files.anyMatch(f -> f.getFileName().toString().startsWith(CHECKPOINT))) {
                return true;
            }
        }
        Files.deleteIfExists(folder.resolve(TrainingRun.LOG));
        return false;
    }

    private static String text(PlannedRun run) throws JsonProcessingException {
        return JSON.writeValueAsString(run.recipe()) + "\n";
    }

    private void tidy(Path folder) throws IOException {
        clear(folder, path -> {
            String name = path.getFileName().toString();
            return name.startsWith(CHECKPOINT)
                    || name.equals(RECIPE)
                    || (!keepModels && name.equals(TrainingRun.MODEL));
        });
    }

    private static void clear(Path folder, Predicate<Path> which) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path top : files.filter(which).toList()) {
                try (Stream<Path> inner = Files.walk(top)) {
                    for (Path each : inner.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(each);
                    }
                }
            }
        }
    }
}
