package dev.tandem.diffusion.pipeline;

import dev.tandem.core.weights.WeightException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

/** Parts that are closed again if a later one can't be loaded, or if they do not belong together. */
final class Loading {

    private final Deque<AutoCloseable> loaded = new ArrayDeque<>();

    private Loading() {}

    /**
     * Loads a whole.
     *
     * @param where it is loaded from, for errors
     * @throws WeightException if a part is missing or damaged, or the parts do not fit
     */
    static <T> T of(Object where, Function<Loading, T> whole) {
        Loading parts = new Loading();
        try {
            return whole.apply(parts);
        } catch (RuntimeException | Error e) {
            parts.close(e);
            if (e instanceof IllegalArgumentException) {
                throw new WeightException(where + ": " + e.getMessage(), e);
            }
            throw e;
        }
    }

    /** Takes a part that was loaded. */
    <T extends AutoCloseable> T add(T part) {
        loaded.push(part);
        return part;
    }

    private void close(Throwable cause) {
        for (AutoCloseable part : loaded) {
            try {
                part.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }
}
