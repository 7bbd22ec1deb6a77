package dev.tandem.samples.evaluate;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.layer.GroupNorm;
import dev.tandem.core.layer.Linear;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A small convolutional classifier that says what a picture shows: which subjects, how many things, which place and which time.
 *
 * <p>Five 3x3 convolutions, four of them with stride 2, each followed by group norm and SiLU. A linear head looks for subjects in each cell
 * by itself, and the cell that is surest counts: so a subject is known in a place where it was never seen. Three more heads look at mean
 * and largest value over the picture. It is trained on composed scenes only, so what it says of a drawn picture is independent of the models that drew it.
 */
final class Judge {

    private static final int[] CHANNELS = {32, 64, 96, 128, 192};
    private static final int[] STRIDES = {2, 2, 2, 1, 2};
    private static final int GROUPS = 8;
    private static final double EPS = 1e-5;

    /**
     * Logits of a batch.
     *
     * @param features [B, {@link #FEATURES}], mean and largest value over the picture
     * @param subjects [B, number of subjects], one yes or no each
     * @param count [B, {@link #MAX_COUNT}], of the number of things, 1 first
     * @param place [B, number of places]
     * @param time [B, number of times]
     */
    record Logits(Tensor features, Tensor subjects, Tensor count, Tensor place, Tensor time) {}

    /** Most things in a scene that can be told apart. */
    static final int MAX_COUNT = 4;

    /** Width of what count, place and time are told from. */
    static final int FEATURES = 2 * CHANNELS[CHANNELS.length - 1];

    private record Layer(Conv2d conv, GroupNorm norm) {}

    private final List<Layer> layers;
    private final Linear subjects;
    private final Linear count;
    private final Linear place;
    private final Linear time;

    private Judge(WeightSource weights, int subjectCount, int placeCount, int timeCount) {
        List<Layer> stack = new ArrayList<>();
        int in = 3;
        for (int i = 0; i < CHANNELS.length; i++) {
            int out = CHANNELS[i];
            stack.add(new Layer(
                    Conv2d.load(weights, "conv." + i, in, out, 3, STRIDES[i], 1, Init.uniform(in * 9L)),
                    GroupNorm.load(weights, "norm." + i, GROUPS, out, EPS)));
            in = out;
        }
        this.layers = List.copyOf(stack);
        this.subjects = Linear.load(weights, "subjects", in, subjectCount, true);
        this.count = Linear.load(weights, "count", 2L * in, MAX_COUNT, true);
        this.place = Linear.load(weights, "place", 2L * in, placeCount, true);
        this.time = Linear.load(weights, "time", 2L * in, timeCount, true);
    }

    /** A judge of the world's subjects, places and times. */
    static Judge load(WeightSource weights) {
        return new Judge(weights, Subject.values().length, Place.values().length, TimeOfDay.values().length);
    }

    /**
     * What pictures show.
     *
     * @param pixels [B, 3, h, w] from -1 to 1
     */
    List<Verdict> judge(Tensor pixels) {
        Logits logits = forward(pixels);
        float[] present = logits.subjects().toFloatArray();
        long[] likeliest = logits.subjects().argmax(-1).toLongArray();
        long[] counts = logits.count().argmax(-1).toLongArray();
        long[] places = logits.place().argmax(-1).toLongArray();
        long[] times = logits.time().argmax(-1).toLongArray();
        Subject[] all = Subject.values();
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            Set<Subject> seen = EnumSet.of(all[(int) likeliest[i]]);
            for (int j = 0; j < all.length; j++) {
                if (present[i * all.length + j] > 0) {
                    seen.add(all[j]);
                }
            }
            verdicts.add(new Verdict(
                    seen, (int) counts[i] + 1, Place.values()[(int) places[i]], TimeOfDay.values()[(int) times[i]]));
        }
        return verdicts;
    }

    /**
     * Logits of pictures.
     *
     * @param pixels [B, 3, h, w] from -1 to 1
     */
    Logits forward(Tensor pixels) {
        Tensor x = pixels;
        for (Layer layer : layers) {
            x = layer.norm().apply(layer.conv().apply(x)).silu();
        }
        Tensor cells = x.reshape(x.size(0), x.size(1), -1);
        Tensor features = x.engine().cat(List.of(cells.mean(-1, false), cells.amax(-1, false)), 1);
        Tensor seen = subjects.apply(cells.transpose(1, 2)).amax(1, false);
        return new Logits(features, seen, count.apply(features), place.apply(features), time.apply(features));
    }
}
