package dev.tandem.samples.evaluate;

import dev.tandem.samples.world.CaptionFacts;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
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
        return of(verdict, CaptionFacts.of(scene), scene);
    }

    /** Compares with what a caption says; what it leaves open is taken from the scene that it was to describe. */
    static JudgeScore of(Verdict verdict, CaptionFacts facts, Scene scene) {
        Set<Subject> asked =
                facts.mentions().stream().map(CaptionFacts.Mention::subject).collect(Collectors.toSet());
        boolean counted = facts.mentions().stream().allMatch(m -> m.count().isPresent());
        int things = counted
                ? facts.mentions().stream()
                        .mapToInt(m -> m.count().orElseThrow())
                        .sum()
                : scene.items().stream().mapToInt(Item::count).sum();
        TimeOfDay time = facts.completed().time().orElse(scene.time());
        return new JudgeScore(
                1,
                verdict.subjects().equals(asked) ? 1 : 0,
                verdict.count() == things ? 1 : 0,
                verdict.place() == facts.place().orElse(scene.place()) ? 1 : 0,
                verdict.time() == time ? 1 : 0);
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
