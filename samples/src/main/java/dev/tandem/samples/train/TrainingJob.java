package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.train.TrainingTask;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task with all that it needs, and what becomes of its weights. */
public interface TrainingJob extends AutoCloseable {

    /** What is trained. */
    TrainingTask task();

    /** What draws sample pictures; null for what draws none. */
    default @Nullable Samples samples() {
        return null;
    }

    /**
     * Writes the trained weights as a model folder, or the part of one that the recipe trains. Called at the end of every run, also
     * of one that is to be resumed, inside an open scope.
     *
     * @param weights the task's keys to the weights to use, averaged where the run averages
     * @param folder made if it is missing
     */
    void export(Map<String, Tensor> weights, Path folder);

    @Override
    void close();
}
