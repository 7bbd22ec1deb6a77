package dev.tandem.samples.cli;

import dev.tandem.core.data.AgentSide;
import dev.tandem.core.data.DataFormat;
import dev.tandem.core.data.DataReport;
import dev.tandem.core.data.DialogueData;
import dev.tandem.core.data.MissingPhotos;
import dev.tandem.samples.terminal.SafeText;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads somebody's dialogues and photos as training would, and says what is there and what is missing. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        description = {
            "Check dialogues and photos of your own before training: what is there, what is missing.",
            "Ends with 1 if a photo is missing or damaged. Nothing is fetched from the web."
        })
final class DataCommand implements Callable<Integer> {

    private final Io io;

    @Parameters(paramLabel = "FILE_OR_DIR", description = "a file of dialogues, or a folder of .json and .jsonl files")
    private Path data = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "jsonl (as tandem corpus writes), photochat, dialogcc or mmdialog; found out if not given")
    private @Nullable DataFormat format;

    @Option(names = "--photos", paramLabel = "DIR", description = "where the photos are (default: beside the file)")
    private @Nullable Path photos;

    @Option(
            names = "--agent",
            paramLabel = "SIDE",
            description = "who will be the agent: agent, user, both or sharer (default: ${DEFAULT-VALUE})")
    private AgentSide agent = AgentSide.AGENT;

    @Option(
            names = "--missing",
            paramLabel = "POLICY",
            description = "what a missing photo means: skip_photo, skip_dialogue or fail (default: ${DEFAULT-VALUE})")
    private MissingPhotos missing = MissingPhotos.SKIP_PHOTO;

    @Option(names = "--quick", description = "only look whether the photos are there, do not decode them")
    private boolean quick;

    DataCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        DialogueData.Builder builder =
                DialogueData.builder(data).agent(agent).missing(missing).checkPictures(!quick);
        if (format != null) {
            builder.format(format);
        }
        if (photos != null) {
            builder.photos(photos);
        }
        return io.interruption().during(() -> {
            DataReport report = builder.build()
                    .read(dialogue -> io.interruption().cancellation().check());
            print(report);
            return report.missing() + report.damaged() == 0 ? 0 : 1;
        });
    }

    private void print(DataReport report) {
        line("dialogues", report.read() + ", " + report.skipped() + " left out, " + report.given() + " to learn from");
        line("turns", String.valueOf(report.turns()));
        line(
                "photos",
                report.photos() + ", " + report.usable() + " usable, " + report.missing() + " missing, "
                        + (quick ? "not decoded, " : report.damaged() + " damaged, ") + report.uncaptioned()
                        + " without a caption");
        report.problems().forEach(problem -> line("", problem));
        if (report.missing() + report.damaged() > report.problems().size()) {
            line("", "and more");
        }
    }

    private void line(String key, String value) {
        io.out().printf("%-10s %s%n", SafeText.line(key), SafeText.line(value));
    }
}
