package dev.tandem.core.train;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.TapeOptions;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop: learning rate, evaluate, checkpoint, accumulate, clip, step, log.
 *
 * <pre>{@code
 * try (Trainer trainer = Trainer.builder().engine(engine).task(task).config(config).folder(out)
 *         .listener(new JsonLinesLog(out.resolve("train.jsonl"))).resume(true).build()) {
 *     TrainResult result = trainer.run();
 * }
 * }</pre>
 *
 * <p>A run that is stopped (by {@link Builder#interrupted} or {@code max_seconds}) finishes its step and writes a checkpoint; one that
 * resumes from it computes, on the same machine and number of threads, the same bits as a run that never stopped. Moments and averages
 * belong to the trainer; {@link #close} frees them and stops recording gradients for the parameters.
 */
public final class Trainer implements AutoCloseable {

    private static final int HOPELESS = 100;

    private final TensorEngine engine;
    private final TrainingTask task;
    private final TrainConfig config;
    private final Path folder;
    private final List<TrainListener> listeners;
    private final BooleanSupplier interrupted;
    private final boolean resume;
    private final long lookEvery;
    private final LongConsumer look;
    private final Scope home;
    private final AdamW optimizer;
    private final @Nullable AveragedWeights average;
    private final Watch watch;
    private final TapeOptions recording;

    /** Computes the second of two batches at the same time; its thread starts with the first of them. */
    private final ExecutorService helper = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "training-2");
        thread.setDaemon(true);
        return thread;
    });

    private Trainer(Builder builder) {
        engine = Objects.requireNonNull(builder.engine, "a trainer needs an engine");
        task = Objects.requireNonNull(builder.task, "a trainer needs a task");
        config = Objects.requireNonNull(builder.config, "a trainer needs a configuration");
        folder = Objects.requireNonNull(builder.folder, "a trainer needs a folder for its checkpoints");
        listeners = List.copyOf(builder.listeners);
        interrupted = builder.interrupted;
        resume = builder.resume;
        lookEvery = builder.lookEvery;
        look = builder.look;
        watch = new Watch(config);
        recording = new TapeOptions(config.precision(), config.checkpointing());
        home = engine.scope();
        try {
            optimizer = new AdamW(engine, config, task.groups());
            average = config.emaDecay() > 0
                    ? new AveragedWeights(engine, config.emaDecay(), toAverage(optimizer.parameters()))
                    : null;
        } catch (RuntimeException e) {
            home.close();
            throw e;
        }
        home.detach();
    }

    private Map<String, Tensor> toAverage(Map<String, Tensor> parameters) {
        Map<String, Tensor> some = new LinkedHashMap<>(parameters);
        some.keySet().removeIf(key -> !task.averages(key));
        if (some.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is nothing to average: ema_decay is set, and none of the weights that are averaged is trained");
        }
        return some;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Trains until the steps are done, the time is over, or it is asked to stop.
     *
     * @throws IllegalArgumentException if the folder holds checkpoints of an earlier run and this one does not resume, or if they do not
     *     belong to this run
     * @throws IllegalStateException if gradients stay infinite or undefined
     */
    public TrainResult run() {
        long start = resumeOrStart();
        long parameters = optimizer.parameters().values().stream()
                .mapToLong(p -> Shapes.size(p.shape()))
                .sum();
        listeners.forEach(l -> l.started(task.name(), parameters, start, config));
        long began = System.nanoTime();
        Pace pace = new Pace(began);
        Map<String, Double> evaluation = Map.of();
        TrainResult.@Nullable Outcome outcome = null;
        @Nullable Checkpoint saved = null;
        long done = start;
        int hopeless = 0;
        while (true) {
            outcome = outcomeAfter(done, began);
            boolean first = done == start && start > 0;
            boolean best = false;
            if (lookEvery > 0 && due(done, lookEvery, outcome) && !first) {
                look(done);
            }
            if (due(done, config.evaluateEvery(), outcome) && !first) {
                evaluation = evaluate(done);
                best = watch.add(done, evaluation);
                outcome = outcome == null && watch.isOver() ? TrainResult.Outcome.STOPPED_EARLY : outcome;
            }
            if (first) {
                saved = Checkpoint.latest(folder).orElseThrow();
            } else if (best || outcome != null || (done > start && due(done, config.checkpointEvery(), outcome))) {
                saved = save(done);
            }
            if (outcome != null && saved != null) {
                Path used = useBest(saved).folder();
                TrainResult result = new TrainResult(outcome, done, evaluation, saved.folder(), used, seconds(began));
                listeners.forEach(l -> l.finished(result));
                return result;
            }
            long step = done + 1;
            double learningRate = watch.learningRateAt(step);
            boolean logged = step % config.logEvery() == 0 || step == config.steps();
            Sums sums = accumulate(step, logged);
            double norm = update(step, learningRate);
            done = step;
            hopeless = Double.isFinite(norm) ? 0 : hopeless + 1;
            if (hopeless == HOPELESS) {
                throw new IllegalStateException("training: the gradients of " + HOPELESS + " steps running, up to step "
                        + step + ", were not finite; lower learning_rate or clip_norm, or look for bad data");
            }
            pace.add(sums);
            long now = step;
            listeners.forEach(l -> l.stepped(now));
            if (logged) {
                StepReport report = new StepReport(
                        step,
                        config.steps(),
                        sums.loss,
                        sums.metrics,
                        learningRate,
                        norm,
                        optimizer.skipped(),
                        pace.take(step - start, config.steps() - step));
                listeners.forEach(l -> l.logged(report));
            }
        }
    }

    /**
     * The weights to use after training, by key: the averaged ones where the run averages them, those of the best evaluation where
     * {@code early_stopping} watches one. Owned by this trainer or the task.
     */
    public Map<String, Tensor> weights() {
        Map<String, Tensor> weights = new LinkedHashMap<>(optimizer.parameters());
        weights.putAll(averages());
        return Collections.unmodifiableMap(weights);
    }

    @Override
    public void close() {
        helper.shutdown();
        optimizer.parameters().values().forEach(p -> p.requiresGrad(false));
        home.close();
    }

    private long resumeOrStart() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot make the folder " + folder + " for checkpoints: "
                            + (Files.exists(folder)
                                    ? "there is a file of that name"
                                    : "check that you may write there"),
                    e);
        }
        Optional<Checkpoint> latest = Checkpoint.latest(folder);
        if (latest.isEmpty() || resume) {
            Checkpoint.clean(folder);
        }
        if (latest.isEmpty()) {
            return 0;
        }
        if (!resume) {
            throw new IllegalArgumentException(folder + " holds "
                    + latest.get().folder().getFileName() + " of an earlier run; resume it or choose another folder");
        }
        try (Scope scope = engine.scope()) {
            return latest.get()
                    .restore(task.name(), config, optimizer, averages(), watch)
                    .step();
        }
    }

    private TrainResult.@Nullable Outcome outcomeAfter(long done, long began) {
        if (done >= config.steps()) {
            return TrainResult.Outcome.FINISHED;
        }
        if (interrupted.getAsBoolean()) {
            return TrainResult.Outcome.INTERRUPTED;
        }
        if (watch.isOver()) {
            return TrainResult.Outcome.STOPPED_EARLY;
        }
        return config.maxSeconds() > 0 && seconds(began) >= config.maxSeconds()
                ? TrainResult.Outcome.OUT_OF_TIME
                : null;
    }

    private static boolean due(long done, long every, TrainResult.@Nullable Outcome outcome) {
        return outcome == TrainResult.Outcome.FINISHED || (every > 0 && done % every == 0);
    }

    private void look(long done) {
        averaged(() -> {
            look.accept(done);
            return done;
        });
    }

    /** Does something with the weights to use after training in the places of those that are trained. */
    private <T> T averaged(Supplier<T> action) {
        try (Scope scope = engine.scope()) {
            if (average != null) {
                average.swap();
            }
            try {
                return action.get();
            } finally {
                if (average != null) {
                    average.swap();
                }
            }
        }
    }

    private Map<String, Double> evaluate(long done) {
        Map<String, Double> metrics = averaged(() -> task.evaluate(StepRandom.forEvaluation(config.seed())));
        if (!metrics.isEmpty()) {
            listeners.forEach(l -> l.evaluated(done, metrics));
        }
        return metrics;
    }

    private Checkpoint save(long done) {
        Checkpoint checkpoint;
        try (Scope scope = engine.scope()) {
            checkpoint = Checkpoint.write(
                    folder,
                    new Checkpoint.State(task.name(), done, optimizer.skipped(), config, optimizer.updates()),
                    optimizer,
                    averages(),
                    watch,
                    config.keepCheckpoints());
        }
        listeners.forEach(l -> l.saved(done, checkpoint.folder()));
        return checkpoint;
    }

    private Map<String, Tensor> averages() {
        return average == null ? Map.of() : average.asMap();
    }

    /** The last checkpoint is on the disk, so the tensors are free to become those of the best one. */
    private Checkpoint useBest(Checkpoint last) {
        Optional<Checkpoint> best = watch.best().isEmpty()
                ? Optional.empty()
                : Checkpoint.of(folder, watch.best().getAsLong());
        try (Scope scope = engine.scope()) {
            best.ifPresent(checkpoint -> checkpoint.restoreWeights(optimizer, averages()));
        }
        return best.orElse(last);
    }

    private Sums accumulate(long step, boolean logged) {
        if (config.parallel()) {
            CompletableFuture<Sums> other = CompletableFuture.supplyAsync(() -> part(step, 1, logged), helper);
            Sums sums;
            try {
                sums = part(step, 0, logged);
            } catch (RuntimeException | Error e) {
                other.handle((done, failure) -> done).join(); // its gradients must not arrive in a later step
                throw e;
            }
            sums.add(joined(other));
            return sums;
        }
        Sums sums = part(step, 0, logged);
        for (int part = 1; part < config.accumulate(); part++) {
            sums.add(part(step, part, logged));
        }
        return sums;
    }

    /** One batch, forward and backward, on the calling thread. */
    private Sums part(long step, int part, boolean logged) {
        Sums sums = new Sums();
        int parts = config.accumulate();
        try (Scope scope = engine.scope()) {
            Losses losses;
            try (GradientTape tape = engine.gradientTape(recording)) {
                losses = task.step(step, StepRandom.of(config.seed(), step, part));
                losses.backward(tape, 1.0 / parts);
            }
            sums.samples = losses.samples();
            sums.tokens = losses.tokens();
            sums.images = losses.images();
            if (logged) {
                sums.loss = losses.loss().detach().item() / parts;
                losses.metrics().forEach((name, value) -> sums.metrics.put(name, value.getAsDouble() / parts));
            }
        }
        return sums;
    }

    private static Sums joined(CompletableFuture<Sums> other) {
        try {
            return other.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private double update(long step, double learningRate) {
        try (Scope scope = engine.scope()) {
            double norm = optimizer.step(learningRate);
            if (average != null) {
                average.update(step);
            }
            return norm;
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Builds a {@link Trainer}; engine, task, config and folder are needed. */
    public static final class Builder {
        private @Nullable TensorEngine engine;
        private @Nullable TrainingTask task;
        private @Nullable TrainConfig config;
        private @Nullable Path folder;
        private final List<TrainListener> listeners = new ArrayList<>();
        private BooleanSupplier interrupted = () -> false;
        private boolean resume;
        private long lookEvery;
        private LongConsumer look = step -> {};

        private Builder() {}

        public Builder engine(TensorEngine value) {
            engine = value;
            return this;
        }

        public Builder task(TrainingTask value) {
            task = value;
            return this;
        }

        public Builder config(TrainConfig value) {
            config = value;
            return this;
        }

        /** Where checkpoints go; made if it is missing. */
        public Builder folder(Path value) {
            folder = value;
            return this;
        }

        /** Adds a listener; they are told in the order of adding. */
        public Builder listener(TrainListener value) {
            listeners.add(value);
            return this;
        }

        /** Asked after every step whether to stop. */
        public Builder interrupted(BooleanSupplier value) {
            interrupted = value;
            return this;
        }

        /** Go on from the newest checkpoint in the folder; from the start if there is none. */
        public Builder resume(boolean value) {
            resume = value;
            return this;
        }

        /**
         * Looks at the model while it trains, with the averaged weights where the run averages, inside an open scope without a tape. What the
         * run computes does not depend on it.
         *
         * @param every after each so many steps, before the first and after the last; 0 for never
         * @param look gets the number of steps that are done
         */
        public Builder look(long every, LongConsumer look) {
            this.lookEvery = every;
            this.look = look;
            return this;
        }

        /** Makes the moments and averages. */
        public Trainer build() {
            return new Trainer(this);
        }
    }
}
