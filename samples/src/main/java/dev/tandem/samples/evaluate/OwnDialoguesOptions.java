package dev.tandem.samples.evaluate;

import dev.tandem.core.data.AgentSide;
import dev.tandem.core.data.DataFormat;
import dev.tandem.core.data.DataReport;
import dev.tandem.core.data.DialogueData;
import dev.tandem.core.data.MissingPhotos;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.samples.terminal.SafeText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dialogues of one's own are evaluated on, and whose turns. */
final class OwnDialoguesOptions {

    /** Whose turns the model says. */
    enum Speakers {
        AGENT(Speaker.AGENT),
        USER(Speaker.USER),
        BOTH(Speaker.AGENT, Speaker.USER);

        private final List<Speaker> each;

        Speakers(Speaker... each) {
            this.each = List.of(each);
        }

        List<Speaker> each() {
            return each;
        }
    }

    @Option(
            names = "--data",
            paramLabel = "FILE_OR_DIR",
            description =
                    "dialogues of your own, in place of the world's: a file, or a folder of .json and .jsonl files")
    private @Nullable Path data;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "of --data: jsonl, photochat, dialogcc or mmdialog; found out if not given")
    private @Nullable DataFormat format;

    @Option(
            names = "--photos",
            paramLabel = "DIR",
            description = "where the photos of --data are (default: beside the file)")
    private @Nullable Path photos;

    @Option(
            names = "--agent",
            paramLabel = "SIDE",
            description = "who is the agent in --data: agent, user, both or sharer (default: ${DEFAULT-VALUE})")
    private AgentSide agent = AgentSide.AGENT;

    @Option(
            names = "--missing",
            paramLabel = "POLICY",
            description =
                    "what a missing photo of --data means: skip_photo, skip_dialogue or fail (default: ${DEFAULT-VALUE})")
    private MissingPhotos missing = MissingPhotos.SKIP_DIALOGUE;

    @Option(
            names = "--speakers",
            paramLabel = "WHO",
            description =
                    "whose turns of --data the model says: agent, user or both; the user's in the user's role, as a"
                            + " model can that learned both sides (default: ${DEFAULT-VALUE})")
    private Speakers speakers = Speakers.AGENT;

    @Option(
            names = "--look",
            description =
                    "show the model the user's photos of --data as pictures, as in a chat, in place of their captions")
    private boolean look;

    boolean look() {
        return look;
    }

    boolean given() {
        return data != null;
    }

    List<Speaker> speakers() {
        return speakers.each();
    }

    /**
     * Reads.
     *
     * @param most dialogues, at most
     * @param err hears what is missing
     * @throws IllegalArgumentException if there is none, or as {@link DialogueData#read} says
     */
    List<RecordedDialogue> read(int most, PrintWriter err) {
        Path from = data == null ? Path.of("") : data;
        DialogueData.Builder builder =
                DialogueData.builder(from).agent(agent).missing(missing).checkPictures(true);
        if (format != null) {
            builder.format(format);
        }
        if (photos != null) {
            builder.photos(photos);
        }
        List<RecordedDialogue> dialogues = new ArrayList<>();
        DataReport report = builder.build().read(each -> {
            if (dialogues.size() < most) {
                dialogues.add(each);
            }
        });
        if (report.missing() + report.damaged() > 0) {
            err.println(report.missing() + " photos are missing, " + report.damaged() + " damaged; " + report.skipped()
                    + " dialogues left out");
            report.problems().forEach(problem -> err.println(SafeText.line(problem)));
        }
        if (dialogues.isEmpty()) {
            throw new IllegalArgumentException("no dialogue of " + from + " is left to evaluate on");
        }
        return dialogues;
    }

    /** For the report. */
    List<String> settings(int dialogues) {
        return List.of(
                dialogues + " dialogues of " + data + "; in brackets 95 % bootstrap intervals",
                "each turn but the first is said by the model, given the dialogue as it was up to there; BLEU and ROUGE-L, 0 to"
                        + " 100, compare the words of turns that have some",
                "the user's turns are said in the user's role (speaker B of Guo et al., figure 3)",
                "photos that were due are cut to the size that the model draws");
    }
}
