package dev.tandem.samples.world;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPInputStream;

/**
 * Plain conversations of four to eight turns without photos: excerpts of Synthetic-Persona-Chat (CC BY 4.0, Google Research; credit and
 * changes in {@code small-talk-LICENSE.txt}). Every tenth is {@link Split#HELD_OUT}.
 */
public final class SmallTalk {

    private static final List<List<String>> TRAIN = new ArrayList<>();
    private static final List<List<String>> HELD_OUT = new ArrayList<>();

    static {
        read();
    }

    private SmallTalk() {}

    /** All conversations of a split; in each the user begins and the speakers take turns. */
    public static List<List<String>> all(Split split) {
        return List.copyOf(split == Split.TRAIN ? TRAIN : HELD_OUT);
    }

    /** One conversation of a split. */
    public static List<String> next(Split split, RandomGenerator random) {
        return SceneSampler.pick(split == Split.TRAIN ? TRAIN : HELD_OUT, random);
    }

    private static void read() {
        try (InputStream stream = SmallTalk.class.getResourceAsStream("small-talk.txt.gz")) {
            if (stream == null) {
                throw new IllegalStateException(
                        "small-talk.txt.gz is not on the class path; rebuild the samples module");
            }
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.UTF_8));
            List<String> turns = new ArrayList<>();
            int count = 0;
            for (String line = reader.readLine(); ; line = reader.readLine()) {
                if (line != null && !line.isEmpty()) {
                    turns.add(line);
                } else if (!turns.isEmpty()) {
                    (count++ % 10 == 9 ? HELD_OUT : TRAIN).add(List.copyOf(turns));
                    turns.clear();
                }
                if (line == null) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("small-talk.txt.gz cannot be read", e);
        }
    }
}
