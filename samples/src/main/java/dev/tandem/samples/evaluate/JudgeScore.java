package dev.tandem.samples.evaluate;

import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.Subject;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many pictures show what their scene asks for.
 *
 * @param pictures judged
 * @param subjects with exactly the scene's subjects
 * @param counts with the scene's number of things
 * @param places with its place
 * @param times with its time
 */
record JudgeScore(int pictures, int subjects, int counts, int places, int times) {

    static JudgeScore none() {
        return new JudgeScore(0, 0, 0, 0, 0);
    }

    /** Compares verdicts with the scenes, in order. */
    static JudgeScore of(List<Verdict> verdicts, List<Scene> scenes) {
        JudgeScore score = none();
        for (int i = 0; i < verdicts.size(); i++) {
            score = score.plus(of(verdicts.get(i), scenes.get(i)));
        }
        return score;
    }

    static JudgeScore of(Verdict verdict, Scene scene) {
        Set<Subject> asked =
                scene.items().stream().map(Item::subject).collect(Collectors.toCollection(() -> EnumSet.noneOf(Subject.class)));
        int things = scene.items().stream().mapToInt(Item::count).sum();
        return new JudgeScore(
                1,
                verdict.subjects().equals(asked) ? 1 : 0,
                verdict.count() == things ? 1 : 0,
                verdict.place() == scene.place() ? 1 : 0,
                verdict.time() == scene.time() ? 1 : 0);
    }

    JudgeScore plus(JudgeScore other) {
        return new JudgeScore(
                pictures + other.pictures,
                subjects + other.subjects,
                counts + other.counts,
                places + other.places,
                times + other.times);
    }

    double subject() {
        return share(subjects);
    }

    double count() {
        return share(counts);
    }

    double place() {
        return share(places);
    }

    double time() {
        return share(times);
    }

    private double share(int right) {
        return pictures == 0 ? 0 : (double) right / pictures;
    }
}
