package dev.tandem.samples.evaluate;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.samples.evaluate.Outcome.Due;
import dev.tandem.samples.evaluate.Outcome.Exhibit;
import dev.tandem.samples.evaluate.Tally.Share;
import dev.tandem.samples.evaluate.metric.TextOverlap.Spoken;
import dev.tandem.samples.train.IndexedRandom;
import dev.tandem.samples.world.CaptionFacts;
import dev.tandem.samples.world.CaptionReader;
import dev.tandem.samples.world.DialogueTurn;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.Fact;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.PhotoDialogue;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.Split;
import dev.tandem.samples.world.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * Talks with an agent through held-out dialogues: for each turn of the agent's it is given the dialogue as it was written up to there, and
 * what it answers is compared with what was due. The agent is the product's own, used as a product uses it; the pictures are those that
 * it draws.
 */
final class Evaluation {

    /** Pictures of what was due are painted with numbers of their own, so that the tallies do not depend on them. */
    private static final long DUE_PICTURES = 0x5eedL << 32;

    private final PhotoSharingAgent agent;
    private final PictureJudge judge;
    private final long seed;
    private final boolean exhibit;
    private final boolean both;
    private final ScenePainter painter = new ScenePainter();

    /**
     * Prepares an evaluation.
     *
     * @param seed another seed writes other dialogues
     * @param exhibit whether pictures are kept, for measures of all of them
     */
    Evaluation(PhotoSharingAgent agent, PictureJudge judge, long seed, boolean exhibit) {
        this(agent, judge, seed, exhibit, false);
    }

    private Evaluation(PhotoSharingAgent agent, PictureJudge judge, long seed, boolean exhibit, boolean both) {
        this.agent = agent;
        this.judge = judge;
        this.seed = seed;
        this.exhibit = exhibit;
        this.both = both;
    }

    /** The same, but the user's turns are said too, in the user's role; the first is given. */
    Evaluation bothSpeakers() {
        return new Evaluation(agent, judge, seed, exhibit, true);
    }

    /**
     * Evaluates.
     *
     * @param dialogues how many
     * @param progress hears how many are done
     * @return what came of each
     */
    List<Outcome> run(int dialogues, IntConsumer progress) {
        List<Outcome> outcomes = new ArrayList<>();
        DialogueWriter writer = new DialogueWriter(Split.HELD_OUT);
        for (int i = 0; i < dialogues; i++) {
            outcomes.add(talk(
                    writer.next(IndexedRandom.of(seed, i)),
                    IndexedRandom.of(~seed, i),
                    IndexedRandom.of(seed ^ DUE_PICTURES, i)));
            progress.accept(i + 1);
        }
        return outcomes;
    }

    private Outcome talk(PhotoDialogue written, SplittableRandom random, SplittableRandom duePictures) {
        List<Turn> turns = written.turns().stream().map(DialogueTurn::toTurn).toList();
        Tally tally = Tally.none();
        List<Spoken> spoken = new ArrayList<>();
        List<Exhibit> exhibits = new ArrayList<>();
        for (int i = 1; i < turns.size(); i++) {
            DialogueTurn due = written.turns().get(i);
            if (due.speaker() == Speaker.AGENT) {
                String request = written.turns().get(i - 1).text();
                Reply reply = agent.reply(new Dialogue(turns.subList(0, i - 1)), request);
                tally = tally.plus(compare(due, reply.photos(), random));
                spoken.add(new Spoken(Speaker.AGENT, reply.text(), due.text()));
                if (exhibit && (due.hasPhoto() || !reply.photos().isEmpty())) {
                    exhibits.add(exhibit(request, due, reply.photos(), duePictures));
                }
            } else if (both) {
                spoken.add(new Spoken(
                        Speaker.USER,
                        agent.next(new Dialogue(turns.subList(0, i))).text(),
                        due.text()));
            }
        }
        return new Outcome(tally, spoken, exhibits);
    }

    private Exhibit exhibit(String request, DialogueTurn due, List<Photo> shared, SplittableRandom random) {
        return new Exhibit(
                request,
                shared.isEmpty() ? null : shared.get(0),
                due.scene()
                        .map(scene -> new Due(
                                due.caption().orElseThrow(),
                                painter.paint(scene, PictureJudge.PIXELS, random),
                                painter.paint(scene, PictureJudge.PIXELS, random)))
                        .orElse(null));
    }

    private Tally compare(DialogueTurn due, List<Photo> shared, SplittableRandom random) {
        Tally turn = Tally.turn(due.hasPhoto(), !shared.isEmpty());
        if (!due.hasPhoto() || shared.isEmpty()) {
            return turn;
        }
        Scene scene = due.scene().orElseThrow();
        Set<Fact> told = due.told();
        Photo photo = shared.get(0);
        CaptionFacts facts = CaptionReader.read(photo.caption());
        Verdict drawn = judge.judge(photo.png());
        Verdict composed = judge.judge(painter.paint(scene, PictureJudge.PIXELS, random));
        return turn.plus(Tally.caption(
                        Share.of(told.contains(Fact.SUBJECT), facts.subjectsAgree(scene)),
                        Share.of(told.contains(Fact.PLACE), facts.placeAgrees(scene)),
                        Share.of(told.contains(Fact.SUBJECT) && told.contains(Fact.COUNT), facts.countsAgree(scene)))
                .withPicture(
                        Share.of(told.contains(Fact.SUBJECT), drawn.subjects().equals(subjects(scene))),
                        Share.of(told.contains(Fact.PLACE), drawn.place() == scene.place()),
                        JudgeScore.of(drawn, facts, scene),
                        JudgeScore.of(composed, scene)));
    }

    private static Set<Subject> subjects(Scene scene) {
        return scene.items().stream().map(Item::subject).collect(Collectors.toSet());
    }
}
