package dev.tandem.samples.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CaptionTest {

    @Test
    void theReaderFindsEveryFactThatTheWriterTells() {
        SplittableRandom random = new SplittableRandom(21);
        for (Split split : Split.values()) {
            SceneSampler sampler = new SceneSampler(split);
            for (int i = 0; i < 8_000; i++) {
                Scene scene = sampler.next(random);
                String caption = CaptionWriter.write(scene, random);
                CaptionFacts facts = CaptionReader.read(caption);
                assertEquals(CaptionFacts.of(scene), facts.completed(), caption);
                assertTrue(
                        facts.subjectsAgree(scene) && facts.countsAgree(scene) && facts.coloursAgree(scene), caption);
                assertTrue(facts.placeAgrees(scene) && facts.timeAgrees(scene) && facts.relationAgrees(scene), caption);
            }
        }
    }

    @Test
    void captionsAreShortPlainAndOfFewWords() {
        SplittableRandom random = new SplittableRandom(22);
        SceneSampler sampler = new SceneSampler(Split.TRAIN);
        Set<String> vocabulary = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            String caption = CaptionWriter.write(sampler.next(random), random);
            assertTrue(caption.matches("[a-z ]+"), caption);
            List<String> words = List.of(caption.split(" "));
            assertTrue(words.size() <= 20, caption);
            vocabulary.addAll(words);
        }
        assertTrue(vocabulary.size() <= 350, "words: " + vocabulary.size());
    }

    @Test
    void aSceneHasManyCaptions() {
        SplittableRandom random = new SplittableRandom(23);
        Scene scene = Scene.of(Item.many(Subject.RABBIT, 2), Place.FOREST, TimeOfDay.RAIN);
        Set<String> captions = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            captions.add(CaptionWriter.write(scene, random));
        }
        assertTrue(captions.size() > 20, "captions: " + captions);
    }

    @Test
    void mistakesDoNotHideTheFactsThatAreTold() {
        CaptionFacts facts = CaptionReader.read("two red red car beach the at");
        assertEquals(
                List.of(new CaptionFacts.Mention(Subject.CAR, OptionalInt.of(2), Optional.of(Colour.RED))),
                facts.mentions());
        assertEquals(Optional.of(Place.BEACH), facts.place());
        assertEquals(Optional.empty(), facts.time());
        assertEquals(Optional.empty(), facts.relation());

        CaptionFacts none = CaptionReader.read("");
        assertTrue(none.mentions().isEmpty() && none.place().isEmpty());
        assertTrue(CaptionReader.read("some dogs").mentions().get(0).count().isEmpty());
        assertEquals(
                2,
                CaptionReader.read("2 dogs on the moon")
                        .mentions()
                        .get(0)
                        .count()
                        .orElseThrow());
        assertTrue(CaptionReader.read("a snowman").place().isEmpty());
    }

    @Test
    void eachFactIsComparedByItself() {
        Scene scene = Scene.pair(
                Item.one(Colour.RED, Subject.CAR),
                Relation.LEFT_OF,
                Item.one(Subject.DOG),
                Place.CITY,
                TimeOfDay.NIGHT);
        CaptionFacts mirrored = CaptionReader.read("a dog to the right of a blue car in the city at night");
        assertTrue(mirrored.subjectsAgree(scene) && mirrored.countsAgree(scene) && mirrored.relationAgrees(scene));
        assertFalse(mirrored.coloursAgree(scene));
        CaptionFacts wrong = CaptionReader.read("a dog to the left of a red car on the farm");
        assertTrue(wrong.coloursAgree(scene));
        assertFalse(wrong.relationAgrees(scene) || wrong.placeAgrees(scene) || wrong.timeAgrees(scene));
        assertFalse(CaptionReader.read("two dogs in the city at night").subjectsAgree(scene));
    }
}
