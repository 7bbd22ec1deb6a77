package dev.tandem.samples.server;

import java.util.HashMap;
import java.util.Map;

/** How many requests each key may have under way, from its body to its answer, so that none takes all places before the model: one more is refused at once. */
final class PerKey {

    private static final int MOST_RETRY_SECONDS = 60;
    private static final double REMEMBERED = 0.8;

    /** One request of a key; closing it makes room for the next. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    private final int most;
    private final Map<String, Integer> taken = new HashMap<>();
    private double secondsEach = 2;

    PerKey(int most) {
        this.most = most;
    }

    /**
     * A place for a request.
     *
     * @throws ApiException if this key has as many requests under way as it may
     */
    synchronized Place take(String owner) {
        int mine = taken.getOrDefault(owner, 0);
        if (mine >= most) {
            throw ApiException.tooManyOfKey(mine, (int)
                    Math.min(MOST_RETRY_SECONDS, Math.max(1, Math.ceil(secondsEach / most))));
        }
        taken.put(owner, mine + 1);
        long began = System.nanoTime();
        return () -> give(owner, (System.nanoTime() - began) / 1e9);
    }

    private synchronized void give(String owner, double seconds) {
        taken.computeIfPresent(owner, (name, count) -> count == 1 ? null : count - 1);
        secondsEach = REMEMBERED * secondsEach + (1 - REMEMBERED) * seconds;
    }
}
