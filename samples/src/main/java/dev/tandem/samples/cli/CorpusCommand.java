package dev.tandem.samples.cli;

import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.terminal.SafeText;
import dev.tandem.samples.world.CorpusWriter;
import dev.tandem.samples.world.Split;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes dialogues of the training world, with their photos. */
@Command(
        name = "corpus",
        mixinStandardHelpOptions = true,
        description = "Write photo-sharing dialogues of the small world: dialogues.jsonl and photos/*.png.")
final class CorpusCommand implements Callable<Integer> {

    private final Io io;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "a new or empty folder")
    private Path out = Path.of("");

    @Option(names = "--count", paramLabel = "N", description = "how many dialogues (default: ${DEFAULT-VALUE})")
    private int count = 100;

    @Option(names = "--split", paramLabel = "SPLIT", description = "train or held-out (default: ${DEFAULT-VALUE})")
    private String split = "train";

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "side of the photos; 0 writes captions only (default: ${DEFAULT-VALUE})")
    private int size = 128;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "the same seed gives the same corpus (default: ${DEFAULT-VALUE})")
    private long seed;

    CorpusCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        CorpusWriter writer = new CorpusWriter(split(), seed, size);
        OutputFiles.checkFolder(out);
        return io.interruption().during(() -> {
            try (ProgressBar bar = io.outIsTerminal() ? bar() : null) {
                writer.write(out, count, io.interruption().cancellation(), written -> {
                    if (bar != null) {
                        bar.stepTo(written);
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the corpus to " + out + ": " + e.getMessage(), e);
            }
            io.err().println("wrote " + count + " dialogues to " + out);
            return 0;
        });
    }

    private ProgressBar bar() {
        return new ProgressBarBuilder()
                .setTaskName("dialogues")
                .setInitialMax(count)
                .setConsumer(new ConsoleProgressBarConsumer(io.err()))
                .build();
    }

    private Split split() {
        return switch (split.toLowerCase(Locale.ROOT)) {
            case "train" -> Split.TRAIN;
            case "held-out", "held_out" -> Split.HELD_OUT;
            default ->
                throw new IllegalArgumentException("--split is train or held-out, got '" + SafeText.line(split) + "'");
        };
    }
}
