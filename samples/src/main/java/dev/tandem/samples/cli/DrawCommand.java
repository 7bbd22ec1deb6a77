package dev.tandem.samples.cli;

import dev.tandem.core.agent.Models;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.safety.WithheldException;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.tensor.Device;
import dev.tandem.diffusion.schedule.SchedulerName;
import dev.tandem.samples.output.OutputFiles;
import dev.tandem.samples.safety.CheckerOption;
import dev.tandem.samples.safety.PictureCheck;
import dev.tandem.samples.terminal.SafeText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws one caption, without a language model deciding. */
@Command(name = "draw", mixinStandardHelpOptions = true, description = "Draw a caption.")
final class DrawCommand implements Callable<Integer> {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
    private static final String ENDING = ".png";
    private static final int MAX_COUNT = 1000;

    private final Io io;

    @Parameters(arity = "1", paramLabel = "CAPTION", description = "what to draw, such as \"a red car in the snow\"")
    private String caption = "";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "the PNG file to write; one that is there is replaced. With --count, NAME-1.png and so on")
    private Path out = Path.of("");

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "a model's name, OWNER/NAME of a fetched one, or the path of an agent's folder or of one with"
                    + " Stable Diffusion in the layout of diffusers (default: ${DEFAULT-VALUE})")
    private String model = Models.DEFAULT;

    @Option(names = "--negative", paramLabel = "TEXT", description = "what to push the picture away from")
    private @Nullable String negative;

    @Option(
            names = "--count",
            paramLabel = "N",
            description =
                    "how many pictures to draw, from the seed, the next one, and so on (default: ${DEFAULT-VALUE})")
    private int count = 1;

    @Option(names = "--seed", paramLabel = "N", description = "of the noise (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--steps", paramLabel = "N", description = "of the sampler (default: the model's)")
    private @Nullable Integer steps;

    @Option(
            names = "--guidance",
            paramLabel = "X",
            description = "weight of the caption over no caption (default: the model's)")
    private @Nullable Double guidance;

    @Option(names = "--size", paramLabel = "WxH", description = "in pixels, such as 512x512 (default: the model's)")
    private @Nullable String size;

    @Option(
            names = "--scheduler",
            paramLabel = "NAME",
            description = "ddim, ddpm, dpm++ or euler, for Stable Diffusion 1 and 2 (default: the model's)")
    private @Nullable String scheduler;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Option(names = "--describe-files", description = "write caption and seed into the file")
    private boolean describeFiles;

    @Mixin
    private CheckerOption checker = new CheckerOption();

    DrawCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        checkFile();
        if (caption.isBlank()) {
            throw new IllegalArgumentException("the caption is empty");
        }
        if (count < 1 || count > MAX_COUNT) {
            throw new IllegalArgumentException("--count lies from 1 to " + MAX_COUNT + ", got " + count);
        }
        options(ImageOptions.builder()); // what is wrong is said before a model is loaded
        SchedulerName chosen = scheduler == null ? null : SchedulerName.of(scheduler);
        try (PictureCheck check = checker.load(Device.parse(device));
                Artist artist = Artist.load(ModelPlace.of(model), Device.parse(device), describeFiles, chosen, check)) {
            artist.notes().forEach(note -> io.err().println("note: " + SafeText.line(note)));
            ImageOptions options = options(artist.options().toBuilder());
            boolean all = true;
            for (int i = 0; i < count; i++) {
                all &= draw(artist, options.toBuilder().seed(seed + i).build(), file(i));
            }
            return all ? 0 : 1;
        }
    }

    /** Whether the picture may be shown; else nothing is written. */
    private boolean draw(Artist artist, ImageOptions options, Path file) {
        return io.interruption().during(() -> {
            Photo photo;
            try {
                photo = artist.draw(caption, options, io.interruption().cancellation(), new Progress());
            } catch (WithheldException e) {
                io.err()
                        .println("not written, seed " + options.seed() + ": "
                                + SafeText.line(e.verdict().reason()));
                return false;
            }
            OutputFiles.replace(file, photo.png());
            io.err()
                    .println("drew " + SafeText.line(photo.caption()) + ", " + photo.width() + " x " + photo.height()
                            + ", seed " + photo.seed() + ": " + file);
            return true;
        });
    }

    /** What the command line says, over what is there. */
    private ImageOptions options(ImageOptions.Builder options) {
        if (steps != null) {
            options.steps(steps);
        }
        if (guidance != null) {
            options.guidance(guidance);
        }
        if (negative != null) {
            options.negativePrompt(negative);
        }
        if (size != null) {
            Matcher match = SIZE.matcher(size);
            if (!match.matches()) {
                throw new IllegalArgumentException(
                        "--size is WIDTHxHEIGHT in pixels, such as 512x512, got '" + size + "'");
            }
            options.width(Integer.parseInt(match.group(1))).height(Integer.parseInt(match.group(2)));
        }
        return options.build();
    }

    private Path file(int index) {
        String name = String.valueOf(out.getFileName());
        String stem = name.substring(0, name.length() - ENDING.length());
        return count == 1 ? out : out.resolveSibling(stem + "-" + (index + 1) + name.substring(stem.length()));
    }

    private void checkFile() {
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(ENDING)) {
            throw new IllegalArgumentException("pictures are written as PNG, so --out ends in .png, got '" + out + "'");
        }
        if (Files.isDirectory(out)) {
            throw new IllegalArgumentException("--out is the folder " + out + "; name a file in it");
        }
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    "there is no folder " + folder + " to write " + out.getFileName() + " to");
        }
        OutputFiles.checkFolder(folder);
    }

    /** Steps on a terminal, and what is left out of a long caption. */
    private final class Progress implements ImageListener {

        @Override
        public void onStep(int step, int steps) {
            if (io.outIsTerminal()) {
                io.err().print("\r\u001b[0K" + (step < steps ? "step " + step + " of " + steps : ""));
            }
        }

        @Override
        public void onCut(String rest, int tokens) {
            io.err()
                    .println("note: a text encoder reads only " + tokens + " tokens, so this was left out: "
                            + SafeText.line(rest));
        }
    }
}
