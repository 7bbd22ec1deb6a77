package dev.tandem.samples.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SplitTest {

    private static List<Scene> sample(Split split, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SceneSampler sampler = new SceneSampler(split);
        return Stream.generate(() -> sampler.next(random)).limit(count).toList();
    }

    @Test
    void aSeedGivesTheSameScenes() {
        assertEquals(sample(Split.TRAIN, 200, 11), sample(Split.TRAIN, 200, 11));
        assertFalse(sample(Split.TRAIN, 200, 11).equals(sample(Split.TRAIN, 200, 12)));
    }

    @Test
    void noSceneOfOneSplitIsSampledInTheOther() {
        Set<Scene> train = new HashSet<>(sample(Split.TRAIN, 20_000, 1));
        List<Scene> heldOut = sample(Split.HELD_OUT, 5_000, 2);
        assertTrue(heldOut.stream().noneMatch(train::contains));
        assertTrue(heldOut.stream().allMatch(scene -> Split.of(scene) == Split.HELD_OUT));
        assertTrue(train.stream().allMatch(scene -> Split.of(scene) == Split.TRAIN));
    }

    @Test
    void trainingSeesEachSubjectPlaceNumberTimeAndRelationByItself() {
        Set<Object> seen = new HashSet<>();
        for (Scene scene : sample(Split.TRAIN, 8_000, 3)) {
            seen.add(scene.place());
            seen.add(scene.time());
            scene.relation().ifPresent(seen::add);
            for (Item item : scene.items()) {
                seen.add(item.subject());
                seen.add(item.count());
                item.colour().ifPresent(seen::add);
            }
        }
        assertTrue(seen.containsAll(EnumSet.allOf(Subject.class)));
        assertTrue(seen.containsAll(EnumSet.allOf(Place.class)));
        assertTrue(seen.containsAll(EnumSet.allOf(TimeOfDay.class)));
        assertTrue(seen.containsAll(EnumSet.allOf(Relation.class)));
        assertTrue(seen.containsAll(EnumSet.allOf(Colour.class)));
        assertTrue(seen.containsAll(List.of(1, 2, 3)));
    }

    @Test
    void eachSubjectKeepsMostPlacesAndOneNumberAboveOneInTraining() {
        for (Subject subject : Subject.values()) {
            long places = Stream.of(Place.values())
                    .filter(place -> Stream.of(TimeOfDay.values())
                            .anyMatch(time -> train(Scene.of(Item.one(subject), place, time))))
                    .count();
            assertTrue(places >= 7, subject + " is trained in only " + places + " places");
            assertTrue(
                    Stream.of(2, 3)
                            .anyMatch(count -> Stream.of(Place.values())
                                    .anyMatch(
                                            place -> train(Scene.of(Item.many(subject, count), place, TimeOfDay.DAY)))),
                    subject + " is never trained in a number above one");
            for (Place home : subject.homes()) {
                assertTrue(
                        Stream.of(TimeOfDay.values()).anyMatch(time -> train(Scene.of(Item.one(subject), home, time))),
                        subject + " is not trained at home, " + home);
            }
        }
    }

    @Test
    void aBroadPartOfAllCombinationsIsHeldOut() {
        long all = 0;
        long held = 0;
        for (Subject subject : Subject.values()) {
            for (Place place : Place.values()) {
                for (TimeOfDay time : TimeOfDay.values()) {
                    all++;
                    held += train(Scene.of(Item.one(subject), place, time)) ? 0 : 1;
                }
            }
        }
        double part = (double) held / all;
        assertTrue(part > 0.07 && part < 0.20, "held out: " + part);
    }

    @Test
    void theMixOfSingleAlikeAndPairsIsAsStated() {
        List<Scene> scenes = sample(Split.TRAIN, 10_000, 5);
        double pairs = scenes.stream().filter(Scene::isPair).count() / 10_000.0;
        double alike =
                scenes.stream().filter(scene -> scene.first().count() > 1).count() / 10_000.0;
        assertEquals(0.15, pairs, 0.02);
        assertEquals(0.23, alike, 0.02);
    }

    private static boolean train(Scene scene) {
        return Split.of(scene) == Split.TRAIN;
    }
}
