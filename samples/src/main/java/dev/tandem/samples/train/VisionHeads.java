package dev.tandem.samples.train;

import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.samples.world.Colour;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
import java.util.List;

/**
 * Linear heads on the outputs of a picture's encoder; needed for its training only.
 *
 * @param subject of a patch: none, then the subjects
 * @param colour of a patch: the subject's own, then the colours
 * @param place of a picture
 * @param time of a picture
 * @param count of the things in a picture, from 1
 */
record VisionHeads(Linear subject, Linear colour, Linear place, Linear time, Linear count) {

    /**
     * What an encoder sees.
     *
     * @param subject [B P, 1 + subjects]
     * @param colour [B P, 1 + colours]
     * @param place [B, places]
     * @param time [B, times]
     * @param count [B, {@value Item#MOST}]
     */
    record Logits(Tensor subject, Tensor colour, Tensor place, Tensor time, Tensor count) {}

    /**
     * Heads.
     *
     * @param width of the encoder's outputs
     */
    static VisionHeads load(WeightSource weights, long width) {
        return new VisionHeads(
                Linear.load(weights, "subject", width, 1 + Subject.values().length, true),
                Linear.load(weights, "colour", width, 1 + Colour.values().length, true),
                Linear.load(weights, "place", 2 * width, Place.values().length, true),
                Linear.load(weights, "time", 2 * width, TimeOfDay.values().length, true),
                Linear.load(weights, "count", 2 * width, Item.MOST, true));
    }

    /**
     * Applies the heads.
     *
     * @param seen [B, 1 + P, width], the class token first
     */
    Logits apply(Tensor seen) {
        long width = seen.size(2);
        Tensor patches = seen.narrow(1, 1, seen.size(1) - 1);
        Tensor each = patches.reshape(-1, width);
        Tensor whole = seen.engine().cat(List.of(seen.select(1, 0), patches.mean(1, false)), 1);
        return new Logits(
                subject.apply(each), colour.apply(each), place.apply(whole), time.apply(whole), count.apply(whole));
    }
}
