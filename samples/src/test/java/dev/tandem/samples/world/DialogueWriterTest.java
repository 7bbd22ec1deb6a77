package dev.tandem.samples.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.dialogue.Speaker;
import dev.tandem.samples.world.PhotoDialogue.Kind;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DialogueWriterTest {

    private static final Set<Kind> WITH_PHOTO =
            Set.of(Kind.REQUEST, Kind.SURPRISE, Kind.AGENT_SAW, Kind.USER_SAW, Kind.ALTERNATIVE);

    private static List<PhotoDialogue> write(Split split, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        DialogueWriter writer = new DialogueWriter(split);
        return Stream.generate(() -> writer.next(random)).limit(count).toList();
    }

    @Test
    void aSeedGivesTheSameDialogues() {
        assertEquals(write(Split.TRAIN, 100, 3), write(Split.TRAIN, 100, 3));
        assertFalse(write(Split.TRAIN, 100, 3).equals(write(Split.TRAIN, 100, 4)));
    }

    @Test
    void dialoguesHardlyEverRepeat() {
        List<PhotoDialogue> own = write(Split.TRAIN, 5_000, 5).stream()
                .filter(dialogue -> dialogue.kind() != Kind.SMALL_TALK)
                .toList();
        assertTrue(new HashSet<>(own).size() > 0.99 * own.size());
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void dialoguesAreOfTheRightLengthAndMix(Split split) {
        List<PhotoDialogue> dialogues = write(split, 2_500, 6);
        Map<Long, Long> byPhotos =
                dialogues.stream().collect(Collectors.groupingBy(PhotoDialogue::photos, Collectors.counting()));
        assertTrue(dialogues.stream()
                .allMatch(dialogue ->
                        dialogue.turns().size() >= 4 && dialogue.turns().size() <= 12));
        assertEquals(Set.of(0L, 1L, 2L), byPhotos.keySet());
        assertEquals(0.44, byPhotos.get(0L) / 2500.0, 0.04);
        assertEquals(0.15, byPhotos.get(2L) / 2500.0, 0.04);
        Set<Kind> kinds = EnumSet.complementOf(EnumSet.of(Kind.SIGHT)); // in those that ask for it
        assertEquals(kinds, dialogues.stream().map(PhotoDialogue::kind).collect(Collectors.toSet()));
        for (PhotoDialogue dialogue : dialogues) {
            assertEquals(WITH_PHOTO.contains(dialogue.kind()), dialogue.photos() > 0, dialogue.toString());
        }
    }

    /** Nobody but the photo tells the answer, and a scene that is drawn after it is one of its split. */
    @ParameterizedTest
    @EnumSource(Split.class)
    void whoSendsAPhotoIsAnsweredByWhatItShows(Split split) {
        DialogueWriter writer = new DialogueWriter(split, 0, 1);
        Set<SightQuestion> asked = EnumSet.noneOf(SightQuestion.class);
        for (int i = 0; i < 1_500; i++) {
            PhotoDialogue dialogue = writer.next(new SplittableRandom(i));
            assertEquals(Kind.SIGHT, dialogue.kind());
            assertTrue(dialogue.turns().size() <= Conversation.LONGEST, dialogue.toString());
            Optional<Scene> shown = Optional.empty();
            for (DialogueTurn turn : dialogue.turns()) {
                shown = turn.sent().isPresent() ? turn.sent() : shown;
                turn.sent().ifPresent(scene -> assertEquals(split, Split.of(scene)));
                if (split == Split.TRAIN) {
                    turn.scene().ifPresent(scene -> assertEquals(split, Split.of(scene)));
                }
                if (turn.asked().isEmpty()) {
                    continue;
                }
                asked.add(turn.asked().get());
                Scene scene = shown.orElseThrow();
                CaptionFacts facts = CaptionReader.read(turn.text());
                switch (turn.asked().get()) {
                    case WHAT -> assertTrue(facts.subjectsAgree(scene) && facts.placeAgrees(scene), turn.text());
                    case SUBJECT, REACTION -> assertTrue(facts.subjectsAgree(scene), turn.text());
                    case PLACE -> assertTrue(facts.placeAgrees(scene), turn.text());
                    case TIME -> assertEquals(Optional.of(scene.time()), facts.time(), turn.text());
                    case DRAW -> assertEquals(Optional.of(scene), turn.scene());
                    default -> assertFalse(turn.text().isBlank());
                }
            }
            assertTrue(shown.isPresent(), dialogue.toString());
        }
        assertEquals(EnumSet.allOf(SightQuestion.class), asked);
    }

    /** All that a photo shows was told before it; the reader finds it in the words of the context, which knows nothing of the writer's plans. */
    @ParameterizedTest
    @EnumSource(Split.class)
    void whatAPhotoShowsWasToldBefore(Split split) {
        for (PhotoDialogue dialogue : write(split, 2_500, 7)) {
            StringBuilder context = new StringBuilder();
            for (DialogueTurn turn : dialogue.turns()) {
                context.append(turn.text()).append(" . ");
                if (!turn.hasPhoto()) {
                    continue;
                }
                Scene scene = turn.scene().orElseThrow();
                Set<String> words = Set.copyOf(CaptionReader.words(context.toString()));
                Set<Subject> subjects = CaptionReader.read(context.toString()).mentions().stream()
                        .map(CaptionFacts.Mention::subject)
                        .collect(Collectors.toSet());
                for (Item item : scene.items()) {
                    assertTrue(subjects.contains(item.subject()), item + " was not told: " + dialogue);
                    item.colour()
                            .ifPresent(colour ->
                                    assertTrue(words.contains(colour.word()), colour + " was not told: " + dialogue));
                    String number = List.of("", "", "two", "three").get(item.count());
                    assertTrue(number.isEmpty() || words.contains(number), number + " was not told: " + dialogue);
                }
                Set<String> places = new HashSet<>(scene.place().otherNouns());
                places.add(scene.place().noun());
                assertTrue(places.stream().anyMatch(words::contains), scene.place() + " was not told: " + dialogue);
                if (scene.place().hasTime() && scene.time() != TimeOfDay.DAY) {
                    assertTrue(
                            Stream.of("at sunset", "at night", "in the rain", "on a rainy day")
                                    .filter(context.toString().toLowerCase()::contains)
                                    .anyMatch(time ->
                                            CaptionReader.read(time).time().equals(Optional.of(scene.time()))),
                            scene.time() + " was not told: " + dialogue);
                }
            }
        }
    }

    /** If the words of the photo's own turn name things, they name those of the photo. */
    @ParameterizedTest
    @EnumSource(Split.class)
    void theAgentsWordsAndTheCaptionAgreeWithTheScene(Split split) {
        for (PhotoDialogue dialogue : write(split, 2_500, 8)) {
            for (DialogueTurn turn : dialogue.turns()) {
                if (turn.hasPhoto()) {
                    Scene scene = turn.scene().orElseThrow();
                    assertEquals(
                            CaptionFacts.of(scene),
                            CaptionReader.read(turn.caption().orElseThrow()).completed());
                    CaptionFacts said = CaptionReader.read(turn.text());
                    if (said.place().isPresent()) {
                        assertTrue(
                                said.placeAgrees(scene) && said.timeAgrees(scene) && said.relationAgrees(scene),
                                turn.toString());
                    }
                }
            }
        }
    }

    @Test
    void aPhotoAnswersAWishAndARefusalGetsNone() {
        for (PhotoDialogue dialogue : write(Split.TRAIN, 2_500, 9)) {
            for (int i = 1; i < dialogue.turns().size(); i++) {
                if (dialogue.turns().get(i).hasPhoto()) {
                    DialogueTurn cue = dialogue.turns().get(i - 1);
                    assertEquals(Speaker.USER, cue.speaker());
                    String words = cue.text().toLowerCase();
                    assertFalse(
                            words.startsWith("no thank")
                                    || words.startsWith("not now")
                                    || words.startsWith("nah")
                                    || words.startsWith("no need"),
                            words);
                }
            }
        }
    }

    @Test
    void trainingDialoguesShowNoHeldOutSceneAndHeldOutOnesDo() {
        for (PhotoDialogue dialogue : write(Split.TRAIN, 2_500, 10)) {
            dialogue.turns()
                    .forEach(turn -> turn.scene().ifPresent(scene -> assertEquals(Split.TRAIN, Split.of(scene))));
        }
        for (PhotoDialogue dialogue : write(Split.HELD_OUT, 3_000, 10)) {
            dialogue.turns().stream()
                    .flatMap(turn -> turn.scene().stream())
                    .findFirst()
                    .ifPresent(scene -> assertEquals(Split.HELD_OUT, Split.of(scene)));
        }
    }

    @Test
    void aTenthOfTheRichRulesIsKeptForHeldOutDialogues() {
        int all = 0;
        int train = 0;
        for (String rule : Phrasebook.rules()) {
            int lines = Phrasebook.lines(rule, Split.HELD_OUT).size();
            assertTrue(Phrasebook.lines(rule, Split.TRAIN).size() >= Math.min(lines, 4), rule);
            if (lines >= 10) {
                all += lines;
                train += Phrasebook.lines(rule, Split.TRAIN).size();
            }
        }
        assertTrue(all > 600, "phrasings: " + all);
        assertEquals(0.10, 1 - (double) train / all, 0.05);
    }

    @Test
    void usersTypeInDifferentWays() {
        int turns = 0;
        int small = 0;
        for (PhotoDialogue dialogue : write(Split.TRAIN, 1_000, 11)) {
            for (DialogueTurn turn : dialogue.turns()) {
                assertTrue(turn.text().chars().allMatch(letter -> letter >= ' ' && letter < 127), turn.text());
                assertFalse(
                        turn.text().matches(".*[{}()|\\[\\]].*") && dialogue.kind() != Kind.SMALL_TALK, turn.text());
                assertTrue(turn.text().split(" ").length <= 40, turn.text());
                if (turn.speaker() == Speaker.USER) {
                    turns++;
                    small += turn.text().equals(turn.text().toLowerCase()) ? 1 : 0;
                }
            }
        }
        assertEquals(0.55, (double) small / turns, 0.1);
    }

    @Test
    void smallTalkIsPlainAndSplit() {
        Set<List<String>> heldOut = new HashSet<>(SmallTalk.all(Split.HELD_OUT));
        assertTrue(heldOut.size() > 100);
        assertTrue(SmallTalk.all(Split.TRAIN).size() > 900);
        for (List<String> talk : SmallTalk.all(Split.TRAIN)) {
            assertFalse(heldOut.contains(talk));
            assertTrue(talk.size() >= 4 && talk.size() <= 10 && talk.size() % 2 == 0);
            assertTrue(
                    talk.stream().noneMatch(turn -> turn.matches("(?i).*\\b(photo|picture|show me)\\b.*")),
                    talk.toString());
        }
    }
}
