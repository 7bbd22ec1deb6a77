package dev.tandem.samples.train;

import dev.tandem.core.data.DataReport;
import dev.tandem.core.data.DialogueData;
import dev.tandem.core.data.PhotoFile;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.data.RecordedTurn;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.llm.prompt.PictureSource;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Dialogues of one's own, read and split. Their texts are in memory, their photos are not.
 *
 * @param train to learn from
 * @param heldOut to measure on; maybe none
 */
record OwnDialogues(List<RecordedDialogue> train, List<RecordedDialogue> heldOut) {

    private static final Logger LOG = LoggerFactory.getLogger(OwnDialogues.class);

    OwnDialogues {
        train = List.copyOf(train);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * Reads.
     *
     * @param seed says which dialogues are held out, where a share is
     * @throws IllegalArgumentException if something is missing or wrong, as {@link DialogueData#read} says, or no dialogue is left to learn from
     */
    static OwnDialogues read(OwnData data, long seed) {
        List<RecordedDialogue> all = read(data, data.files());
        List<RecordedDialogue> train = new ArrayList<>();
        List<RecordedDialogue> heldOut = new ArrayList<>();
        if (data.validation().isEmpty()) {
            Set<String> chosen = chosen(all, data.heldOutShare(), seed);
            all.forEach(each -> (chosen.contains(each.source()) ? heldOut : train).add(each));
        } else {
            train.addAll(all);
            heldOut.addAll(read(data, data.validation()));
        }
        if (train.isEmpty()) {
            throw new IllegalArgumentException("no dialogue of " + data.files() + " is left to learn from");
        }
        return new OwnDialogues(train, heldOut);
    }

    private static List<RecordedDialogue> read(OwnData data, List<Path> files) {
        List<RecordedDialogue> dialogues = new ArrayList<>();
        for (Path file : files) {
            DialogueData.Builder reader = DialogueData.builder(file)
                    .missing(data.missing())
                    .agent(data.agent())
                    .checkPictures(true);
            if (data.format() != null) {
                reader.format(data.format());
            }
            if (data.photos() != null) {
                reader.photos(data.photos());
            }
            DataReport report = reader.build().read(dialogues::add);
            LOG.atLevel(report.missing() + report.damaged() > 0 ? Level.WARN : Level.INFO)
                    .log(
                            "{}: {} dialogues, {} left out; {} photos, {} missing, {} damaged, {} without a caption",
                            file,
                            report.read(),
                            report.skipped(),
                            report.photos(),
                            report.missing(),
                            report.damaged(),
                            report.uncaptioned());
            report.problems().forEach(LOG::warn);
        }
        return dialogues;
    }

    /** Sources of the dialogues that are held out; a dialogue that is given from either side is held out on both. */
    private static Set<String> chosen(List<RecordedDialogue> all, double share, long seed) {
        List<String> sources = new ArrayList<>(
                all.stream().map(RecordedDialogue::source).distinct().toList());
        SplittableRandom random = new SplittableRandom(seed);
        int count = share == 0 ? 0 : Math.max(1, (int) Math.round(share * sources.size()));
        Set<String> chosen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            chosen.add(sources.remove(random.nextInt(sources.size())));
        }
        return chosen;
    }

    /**
     * The tokens of a dialogue.
     *
     * @param look whether the user's photos are seen in place of their captions
     */
    static TokenizedDialogue encode(RecordedDialogue dialogue, PromptEncoder prompts, boolean look) {
        return look
                ? prompts.encode(dialogue.toDialogue(photo -> SentScenes.ANY))
                        .showing(dialogue.photos(Speaker.USER).stream()
                                .map(photo -> (PictureSource) random -> PictureFile.read(photo.file()))
                                .toList())
                : prompts.encode(dialogue.toDialogue());
    }

    /** The photos of a dialogue that have captions in {@link #encode}, in their order. */
    static List<PhotoFile> captioned(RecordedDialogue dialogue, boolean look) {
        return look ? dialogue.photos(Speaker.AGENT) : photos(dialogue);
    }

    /** All photos of a dialogue, in the order of the captions of {@link RecordedDialogue#toDialogue}. */
    static List<PhotoFile> photos(RecordedDialogue dialogue) {
        return dialogue.turns().stream()
                .map(RecordedTurn::photo)
                .flatMap(Optional::stream)
                .toList();
    }
}
