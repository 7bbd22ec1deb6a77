package dev.tandem.diffusion.pipeline;

import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.safety.SafetyCheckerGuard;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The safety checker of a model's folder, loaded when it is first asked for: whoever never asks does not pay for its weights. */
final class FolderGuard implements AutoCloseable {

    private final TensorEngine engine;
    private final @Nullable Path folder;
    private @Nullable SafetyCheckerGuard loaded;
    private boolean closed;

    /**
     * A guard that is not loaded yet.
     *
     * @param folder of a model with a checker; null where it has none
     */
    FolderGuard(TensorEngine engine, @Nullable Path folder) {
        this.engine = engine;
        this.folder = folder;
    }

    /** The guard; none where the folder has none. */
    synchronized Optional<ImageGuard> get() {
        if (closed) {
            throw new IllegalStateException("the model is closed");
        }
        if (folder != null && loaded == null) {
            try {
                loaded = SafetyCheckerGuard.load(engine, folder);
            } catch (WeightException e) {
                throw new WeightException(
                        e.getMessage()
                                + "; pictures are drawn without the checker by modelGuard(false) of the agent's builder, or --safety-checker none",
                        e);
            }
        }
        return Optional.ofNullable(loaded);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (loaded != null) {
            loaded.close();
            loaded = null;
        }
    }
}
