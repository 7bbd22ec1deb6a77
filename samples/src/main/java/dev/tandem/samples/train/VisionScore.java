package dev.tandem.samples.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.Subject;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/** Counts how often an encoder's heads are right. */
final class VisionScore {

    /** A picture shows a subject that has at least this part of all that its patches show. */
    private static final double FOUND = 0.15;

    private int pictures;
    private int subjects;
    private int places;
    private int times;
    private int counts;
    private int patches;
    private int covered;
    private int coveredRight;
    private int patchesRight;
    private int coloured;
    private int colouredRight;

    /** Adds pictures. */
    void add(VisionHeads.Logits logits, PatchLabels labels) {
        List<Scene> scenes = labels.batch().scenes();
        addPatches(logits, labels);
        pictures += scenes.size();
        places += right(logits.place(), scenes, scene -> scene.place().ordinal());
        times += right(logits.time(), scenes, scene -> scene.time().ordinal());
        counts += right(logits.count(), scenes, VisionScore::things);
        float[] likely = logits.subject().softmax(-1).toFloatArray();
        for (int i = 0; i < scenes.size(); i++) {
            Set<Subject> shown = EnumSet.noneOf(Subject.class);
            scenes.get(i).items().forEach(item -> shown.add(item.subject()));
            subjects += found(likely, i * labels.patches(), labels.patches()).equals(shown) ? 1 : 0;
        }
    }

    private void addPatches(VisionHeads.Logits logits, PatchLabels labels) {
        long[] guesses = logits.subject().argmax(-1).toLongArray();
        int[] truth = labels.subjects();
        long[] hues = logits.colour().argmax(-1).toLongArray();
        int[] colours = labels.colours();
        for (int i = 0; i < truth.length; i++) {
            boolean right = guesses[i] == truth[i] + 1;
            patches++;
            patchesRight += right ? 1 : 0;
            covered += truth[i] >= 0 ? 1 : 0;
            coveredRight += truth[i] >= 0 && right ? 1 : 0;
            coloured += colours[i] >= 0 ? 1 : 0;
            colouredRight += colours[i] >= 0 && hues[i] == colours[i] ? 1 : 0;
        }
    }

    /** The subjects that the patches of a picture show together. */
    private static Set<Subject> found(float[] likely, int first, int count) {
        Subject[] all = Subject.values();
        double[] shares = new double[all.length];
        double sum = 0;
        for (int patch = first; patch < first + count; patch++) {
            for (int j = 0; j < all.length; j++) {
                float share = likely[patch * (all.length + 1) + j + 1];
                shares[j] += share;
                sum += share;
            }
        }
        Set<Subject> found = EnumSet.noneOf(Subject.class);
        for (int j = 0; j < all.length; j++) {
            if (shares[j] >= FOUND * sum) {
                found.add(all[j]);
            }
        }
        return found;
    }

    private static int right(Tensor logits, List<Scene> scenes, ToIntFunction<Scene> label) {
        long[] guesses = logits.argmax(-1).toLongArray();
        int right = 0;
        for (int i = 0; i < guesses.length; i++) {
            right += guesses[i] == label.applyAsInt(scenes.get(i)) ? 1 : 0;
        }
        return right;
    }

    /** Index of the number of things in a scene, 1 first. */
    static int things(Scene scene) {
        return scene.items().stream().mapToInt(Item::count).sum() - 1;
    }

    /** Shares of what is right: of pictures, of patches, of patches with a subject, and of those with a paintable one. */
    Map<String, Double> shares() {
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("subjects", share(subjects, pictures));
        shares.put("patches", share(patchesRight, patches));
        shares.put("covered_patches", share(coveredRight, covered));
        shares.put("colour", share(colouredRight, coloured));
        shares.put("place", share(places, pictures));
        shares.put("time", share(times, pictures));
        shares.put("count", share(counts, pictures));
        return shares;
    }

    private static double share(int right, int of) {
        return of == 0 ? 0 : (double) right / of;
    }
}
