package dev.tandem.samples.evaluate;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.data.PhotoFile;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.core.vision.SentPhoto;
import dev.tandem.core.vision.TrainingPixels;
import dev.tandem.samples.evaluate.Outcome.Due;
import dev.tandem.samples.evaluate.Outcome.Exhibit;
import dev.tandem.samples.evaluate.metric.TextOverlap.Spoken;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Goes through somebody's own dialogues: each turn of a speaker, but the first turn of all, is said by the model, given the dialogue as it was
 * up to there, and compared with what was said. The user's turns are said in the user's role, as in figure 3 of Guo et al., where speaker A is
 * the assistant and speaker B the user; a model that learned the agent's turns alone does not know how.
 */
final class OwnEvaluation {

    private final PhotoSharingAgent agent;
    private final Speaker speaker;
    private final boolean exhibit;
    private final boolean look;
    private final TrainingPixels pixels;
    private int tooLong;

    /**
     * Prepares an evaluation.
     *
     * @param speaker whose turns are said
     * @param exhibit whether pictures are kept, for measures of all of them
     * @param look whether the model sees the user's photos in place of their captions
     */
    OwnEvaluation(PhotoSharingAgent agent, Speaker speaker, boolean exhibit, boolean look) {
        if (look && !agent.seesPhotos()) {
            throw new IllegalArgumentException(
                    "the model " + agent.config().name() + " does not see photos; leave out --look");
        }
        this.look = look;
        this.agent = agent;
        this.speaker = speaker;
        this.exhibit = exhibit;
        this.pixels = TrainingPixels.of(agent.photoSide());
    }

    /**
     * Evaluates.
     *
     * @param progress hears how many are done
     * @return what came of each
     */
    List<Outcome> run(List<RecordedDialogue> dialogues, IntConsumer progress) {
        List<Outcome> outcomes = new ArrayList<>();
        for (RecordedDialogue dialogue : dialogues) {
            outcomes.add(talk(dialogue));
            progress.accept(outcomes.size());
        }
        return outcomes;
    }

    /** Turns that were left out so far, because what was said before is longer than the model can read. */
    int tooLong() {
        return tooLong;
    }

    private Outcome talk(RecordedDialogue recorded) {
        List<Turn> turns =
                (look ? recorded.toDialogue(photo -> SentPhoto.read(photo.file())) : recorded.toDialogue()).turns();
        List<PhotoFile> files = recorded.photos(speaker);
        Tally tally = Tally.none();
        List<Spoken> spoken = new ArrayList<>();
        List<Exhibit> exhibits = new ArrayList<>();
        int photo = 0;
        for (int i = 0; i < turns.size(); i++) {
            Turn due = turns.get(i);
            if (due.speaker() != speaker) {
                continue;
            }
            int first = photo;
            photo += due.photos().size();
            if (i == 0) {
                continue;
            }
            Reply reply;
            try {
                reply = agent.next(new Dialogue(turns.subList(0, i)));
            } catch (IllegalArgumentException e) {
                tooLong++;
                continue;
            }
            boolean hasPhoto = photo > first;
            tally = tally.plus(Tally.turn(hasPhoto, !reply.photos().isEmpty()));
            if (!due.text().isEmpty()) {
                spoken.add(new Spoken(speaker, reply.text(), due.text()));
            }
            if (exhibit && (hasPhoto || !reply.photos().isEmpty())) {
                exhibits.add(
                        exhibit(turns.get(i - 1), reply.photos(), hasPhoto ? files.subList(first, photo) : List.of()));
            }
        }
        return new Outcome(tally, spoken, exhibits);
    }

    private Exhibit exhibit(Turn before, List<Photo> shared, List<PhotoFile> due) {
        return new Exhibit(
                before.text(),
                shared.isEmpty() ? null : shared.get(0),
                due.isEmpty() ? null : new Due(due.get(0).caption(), cut(due.get(0)), null));
    }

    /** The middle of a photo, as large as the model draws. */
    private BufferedImage cut(PhotoFile photo) {
        Picture cut = pixels.cut(PictureFile.read(photo.file()));
        BufferedImage image = new BufferedImage(cut.width(), cut.height(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < cut.height(); y++) {
            for (int x = 0; x < cut.width(); x++) {
                image.setRGB(x, y, cut.rgb(x, y));
            }
        }
        return image;
    }
}
