package dev.tandem.core.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.config.ConfigReader;
import dev.tandem.core.file.Folders;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder {@code checkpoint-STEP} from which a run goes on as if it had never stopped: {@code parameters.safetensors},
 * {@code moments.safetensors} ({@code first.KEY}, {@code second.KEY}), with averaging {@code average.safetensors} (of what is averaged), and
 * {@code state.json}, and with a watched evaluation {@code evaluations.json}. It is written and synced under a hidden name and then renamed, and it is renamed before it is deleted, so a folder
 * with the right name is whole, whenever the process or the power fails.
 *
 * @param folder the checkpoint's folder
 * @param step steps that were done when it was written
 */
public record Checkpoint(Path folder, long step) {

    private static final String PARAMETERS = "parameters.safetensors";

    private static final String AVERAGE = "average.safetensors";
    private static final String MOMENTS = "moments.safetensors";
    private static final String STATE = "state.json";
    private static final String EVALUATIONS = "evaluations.json";
    private static final String HIDDEN = ".checkpoint-";
    private static final String DELETED = ".deleted-";
    private static final Pattern LEFT_OVER = Pattern.compile("\\.(deleted-)?checkpoint-\\d{1,18}");
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})");
    private static final ObjectMapper JSON = ConfigReader.mapper();

    /**
     * What is not a tensor.
     *
     * @param task name of the task
     * @param step steps done
     * @param skipped steps skipped because of gradients that were not finite
     * @param config the run's settings
     * @param updates parameter key to the number of steps that changed it
     */
    record State(String task, long step, long skipped, TrainConfig config, Map<String, Long> updates) {}

    /** The newest checkpoint in a run's folder. */
    public static Optional<Checkpoint> latest(Path run) {
        return all(run).stream().max(Comparator.comparingLong(Checkpoint::step));
    }

    /** The checkpoint of a step, if it is there. */
    static Optional<Checkpoint> of(Path run, long step) {
        return all(run).stream().filter(each -> each.step() == step).findFirst();
    }

    /** All checkpoints in a run's folder. */
    static List<Checkpoint> all(Path run) {
        if (!Files.isDirectory(run)) {
            return List.of();
        }
        List<Checkpoint> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(run)) {
            entries.forEach(path -> {
                Matcher name = NAME.matcher(path.getFileName().toString());
                if (name.matches() && Files.isDirectory(path)) {
                    found.add(new Checkpoint(path, Long.parseLong(name.group(1))));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the checkpoints in " + run + ": " + e.getMessage(), e);
        }
        return found;
    }

    /** Writes a checkpoint into a run's folder and removes the oldest ones above {@code keep}, but not the best. */
    static Checkpoint write(
            Path run, State state, AdamW optimizer, Map<String, Tensor> average, Watch watch, int keep) {
        Path folder = run.resolve("checkpoint-" + state.step());
        Path hidden = run.resolve(HIDDEN + state.step());
        try {
            Folders.delete(hidden);
            Files.createDirectories(hidden);
            SafetensorsWriter tensors = SafetensorsWriter.create();
            tensors.write(hidden.resolve(PARAMETERS), optimizer.parameters());
            tensors.write(hidden.resolve(MOMENTS), optimizer.moments());
            if (!average.isEmpty()) {
                tensors.write(hidden.resolve(AVERAGE), average);
            }
            Folders.writeSynced(hidden.resolve(STATE), JSON.writeValueAsBytes(state));
            if (watch.isOn()) {
                Folders.writeSynced(hidden.resolve(EVALUATIONS), JSON.writeValueAsBytes(watch.state()));
            }
            Folders.sync(hidden);
            remove(folder);
            Files.move(hidden, folder, StandardCopyOption.ATOMIC_MOVE);
            Folders.sync(run);
            List<Checkpoint> older = new ArrayList<>(all(run));
            older.sort(Comparator.comparingLong(Checkpoint::step));
            for (Checkpoint old : older.subList(0, Math.max(0, older.size() - keep))) {
                if (old.step() != watch.best().orElse(-1)) {
                    remove(old.folder());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + folder + ": " + e.getMessage(), e);
        }
        return new Checkpoint(folder, state.step());
    }

    /** A deletion that is cut off leaves a hidden folder, not half a checkpoint. */
    private static void remove(Path checkpoint) throws IOException {
        if (Files.exists(checkpoint)) {
            Path hidden = checkpoint.resolveSibling(DELETED + checkpoint.getFileName());
            Folders.delete(hidden);
            Files.move(checkpoint, hidden, StandardCopyOption.ATOMIC_MOVE);
            Folders.delete(hidden);
        }
    }

    /** Removes what a run that was killed while it wrote or deleted a checkpoint has left in its folder. */
    static void clean(Path run) {
        try (Stream<Path> entries = Files.list(run)) {
            for (Path path : entries.toList()) {
                if (LEFT_OVER.matcher(path.getFileName().toString()).matches()) {
                    Folders.delete(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot remove what an earlier run has left in " + run + ": " + e.getMessage(), e);
        }
    }

    /**
     * Sets parameters, moments and averages to the checkpoint's, and the optimizer's counts.
     *
     * @throws IllegalArgumentException if it belongs to another task, other settings or other parameters, or is damaged
     */
    State restore(String task, TrainConfig config, AdamW optimizer, Map<String, Tensor> average, Watch watch) {
        State state = read(STATE, State.class);
        if (!state.task().equals(task)) {
            throw new IllegalArgumentException(folder + " was written by the task '" + state.task()
                    + "', this run trains '" + task + "'; choose another output folder");
        }
        requireSame(state.config(), config);
        restoreWeights(optimizer, average);
        load(folder.resolve(MOMENTS), optimizer.moments());
        optimizer.restore(state.updates(), state.skipped());
        if (watch.isOn() && Files.exists(folder.resolve(EVALUATIONS))) {
            watch.restore(read(EVALUATIONS, Watch.State.class));
        }
        return state;
    }

    /** Sets parameters and averages only. */
    void restoreWeights(AdamW optimizer, Map<String, Tensor> average) {
        load(folder.resolve(PARAMETERS), optimizer.parameters());
        if (!average.isEmpty()) {
            Path file = folder.resolve(AVERAGE);
            load(file, average);
            if (!Safetensors.open(file).keys().equals(average.keySet())) {
                throw new IllegalArgumentException(
                        file + " holds averages of other weights than this run averages; choose another output folder");
            }
        }
    }

    private <T> T read(String name, Class<T> type) {
        Path file = folder.resolve(name);
        try {
            return JSON.readValue(Files.readAllBytes(file), type);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot read " + file + "; remove the folder to resume from the checkpoint before it", e);
        }
    }

    /** Sets every tensor to the file's values. */
    private static void load(Path file, Map<String, Tensor> tensors) {
        try {
            Safetensors stored = Safetensors.open(file);
            tensors.forEach((key, tensor) -> load(stored, key, tensor));
        } catch (WeightException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + "; or remove the folder to resume from the checkpoint before it", e);
        }
    }

    private static void load(Safetensors stored, String key, Tensor tensor) {
        long[] shape = stored.has(key) ? stored.shape(key) : null;
        if (shape == null || !Arrays.equals(shape, tensor.shape())) {
            throw new IllegalArgumentException(
                    stored.file() + " holds " + (shape == null ? "no" : Shapes.toString(shape)) + " " + key
                            + ", this run trains " + Shapes.toString(tensor.shape()) + "; it belongs to another model");
        }
        try (Scope scope = tensor.engine().scope()) {
            tensor.set(stored.read(tensor.engine(), key));
        }
    }

    /** What decides the numbers must be as it was; how often to log, save and measure, and for how long to run, may change. */
    private void requireSame(TrainConfig then, TrainConfig now) {
        Map<String, @Nullable Object> before = decisive(then);
        decisive(now).forEach((field, value) -> {
            if (!Objects.equals(value, before.get(field))) {
                throw new IllegalArgumentException(
                        folder + " was trained with " + field + " " + before.get(field) + ", the configuration says "
                                + value + "; restore the setting or choose another output folder");
            }
        });
    }

    private static Map<String, @Nullable Object> decisive(TrainConfig config) {
        Map<String, @Nullable Object> fields =
                JSON.convertValue(config, new TypeReference<LinkedHashMap<String, @Nullable Object>>() {});
        List.of(
                        "log_every",
                        "checkpoint_every",
                        "keep_checkpoints",
                        "max_seconds",
                        "parallel",
                        "checkpointing",
                        "device",
                        "early_stopping")
                .forEach(fields::remove);
        if (!config.schedule().endsWithSteps()) {
            fields.remove("steps");
        }
        if (config.schedule() == Schedule.CONSTANT) {
            fields.remove("final_factor");
        }
        if (config.schedule() != Schedule.PLATEAU) {
            fields.remove("evaluate_every");
        }
        return fields;
    }
}
