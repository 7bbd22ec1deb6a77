package dev.tandem.samples.evaluate;

import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.vision.SentPhoto;
import dev.tandem.samples.train.IndexedRandom;
import dev.tandem.samples.world.CaptionFacts;
import dev.tandem.samples.world.CaptionReader;
import dev.tandem.samples.world.CaptionWriter;
import dev.tandem.samples.world.DialogueTurn;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.PhotoDialogue;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SightQuestion;
import dev.tandem.samples.world.Split;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * Asks an agent about photos of held-out scenes that it is sent, and asks the same without the photos: what it then gets right it could guess.
 */
final class SightEvaluation {

    private static final Pattern NUMBER = Pattern.compile("\\b(one|two|three)\\b");
    private static final Pattern COLOUR = Pattern.compile("\\b(red|blue|green|yellow|purple)\\b");

    private final PhotoSharingAgent agent;
    private final long seed;
    private final boolean told;
    private final ScenePainter painter = new ScenePainter();

    /**
     * Answers of one kind.
     *
     * @param asked so many
     * @param seen right with the photo
     * @param guessed right without it
     */
    record Answers(int asked, int seen, int guessed) {

        static final Answers NONE = new Answers(0, 0, 0);

        Answers plus(Answers other) {
            return new Answers(asked + other.asked, seen + other.seen, guessed + other.guessed);
        }

        double seenShare() {
            return asked == 0 ? 0 : (double) seen / asked;
        }

        double guessedShare() {
            return asked == 0 ? 0 : (double) guessed / asked;
        }
    }

    /**
     * Prepares an evaluation.
     *
     * @param seed another seed writes other dialogues
     * @param told whether captions stand for the photos
     * @throws IllegalArgumentException if the agent sees no photos
     */
    SightEvaluation(PhotoSharingAgent agent, long seed, boolean told) {
        if (!agent.seesPhotos()) {
            throw new IllegalArgumentException("the model " + agent.config().name()
                    + " does not see photos, so it can't be asked about them; leave out --sights");
        }
        this.agent = agent;
        this.seed = seed;
        this.told = told;
    }

    /**
     * Evaluates.
     *
     * @param dialogues how many
     * @param progress hears how many are done
     * @return for each dialogue the answers to each question
     */
    List<Map<SightQuestion, Answers>> run(int dialogues, IntConsumer progress) {
        DialogueWriter writer = new DialogueWriter(Split.HELD_OUT, 0, 1);
        List<Map<SightQuestion, Answers>> all = new ArrayList<>();
        for (int i = 0; i < dialogues; i++) {
            all.add(talk(writer.next(IndexedRandom.of(seed, i)), IndexedRandom.of(~seed, i)));
            progress.accept(i + 1);
        }
        return all;
    }

    private Map<SightQuestion, Answers> talk(PhotoDialogue written, SplittableRandom random) {
        Map<Scene, Photo> photos = new HashMap<>();
        written.sent().forEach(scene -> photos.put(scene, photo(scene, random)));
        List<DialogueTurn> turns = written.turns();
        Map<SightQuestion, Answers> answers = new EnumMap<>(SightQuestion.class);
        Optional<Scene> shown = Optional.empty();
        for (int i = 1; i < turns.size(); i += 2) {
            DialogueTurn question = turns.get(i - 1);
            DialogueTurn due = turns.get(i);
            shown = question.sent().isPresent() ? question.sent() : shown;
            if (due.asked().isEmpty()) {
                continue;
            }
            Scene scene = shown.orElseThrow();
            Reply seen = agent.reply(
                    new Dialogue(turns.subList(0, i - 1).stream()
                            .map(turn -> turn.toTurn(photos::get))
                            .toList()),
                    question.text(),
                    question.sent().map(photos::get).map(List::of).orElse(List.of()),
                    AgentListener.NONE,
                    new Cancellation());
            Reply guessed = agent.reply(
                    new Dialogue(turns.subList(0, i - 1).stream()
                            .map(SightEvaluation::blind)
                            .toList()),
                    question.text());
            SightQuestion asked = due.asked().get();
            answers.merge(
                    asked,
                    new Answers(1, right(asked, scene, due, seen) ? 1 : 0, right(asked, scene, due, guessed) ? 1 : 0),
                    Answers::plus);
        }
        return answers;
    }

    /** The words of a turn without the photo that came with them. */
    private static Turn blind(DialogueTurn turn) {
        return turn.sent().isPresent() ? Turn.user(turn.text()) : turn.toTurn();
    }

    private Photo photo(Scene scene, SplittableRandom random) {
        if (told) {
            return Photo.described(CaptionWriter.write(scene, random));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(painter.paint(scene, PictureJudge.PIXELS, random), "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("a photo can't be written as PNG: " + e.getMessage(), e);
        }
        return SentPhoto.of(bytes.toByteArray());
    }

    /** Whether an answer tells of the photo what was asked. */
    private static boolean right(SightQuestion asked, Scene shown, DialogueTurn due, Reply reply) {
        String text = reply.text().toLowerCase(Locale.ROOT);
        CaptionFacts facts = CaptionReader.read(reply.text());
        return switch (asked) {
            case WHAT -> facts.subjectsAgree(shown) && facts.placeAgrees(shown);
            case SUBJECT, REACTION -> facts.subjectsAgree(shown);
            case PLACE -> facts.placeAgrees(shown);
            case TIME -> facts.time().equals(Optional.of(shown.time()));
            case COUNT -> found(NUMBER, text).equals(found(NUMBER, due.text().toLowerCase(Locale.ROOT)));
            case COLOUR -> found(COLOUR, text).equals(found(COLOUR, due.text().toLowerCase(Locale.ROOT)));
            case PRESENCE ->
                !text.isEmpty() && text.startsWith("yes") == due.text().startsWith("Yes");
            case DRAW, CHANGE, ANOTHER_TIME, ELSEWHERE ->
                drawn(reply, due.scene().orElseThrow());
        };
    }

    private static boolean drawn(Reply reply, Scene due) {
        if (reply.photos().isEmpty()) {
            return false;
        }
        CaptionFacts facts = CaptionReader.read(reply.photos().get(0).caption());
        return facts.subjectsAgree(due)
                && facts.placeAgrees(due)
                && facts.countsAgree(due)
                && facts.coloursAgree(due)
                && facts.timeAgrees(due);
    }

    private static List<String> found(Pattern words, String text) {
        List<String> found = new ArrayList<>();
        for (Matcher matcher = words.matcher(text); matcher.find(); ) {
            found.add(matcher.group());
        }
        return found;
    }
}
