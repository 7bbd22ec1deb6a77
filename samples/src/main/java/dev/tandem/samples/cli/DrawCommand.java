package dev.tandem.samples.cli;

import dev.tandem.core.agent.Models;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.tensor.Device;
import dev.tandem.samples.terminal.SafeText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws one caption, without the language model deciding. */
@Command(name = "draw", mixinStandardHelpOptions = true, description = "Draw a caption.")
final class DrawCommand implements Callable<Integer> {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    private final Io io;

    @Parameters(arity = "1", paramLabel = "CAPTION", description = "what to draw, such as \"a red car in the snow\"")
    private String caption = "";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "the PNG file to write; one that is there is replaced")
    private Path out = Path.of("");

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "a model's name, or the path of a model folder (default: ${DEFAULT-VALUE})")
    private String model = Models.DEFAULT;

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

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Option(names = "--describe-files", description = "write caption and seed into the file")
    private boolean describeFiles;

    DrawCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        checkFile();
        if (caption.isBlank()) {
            throw new IllegalArgumentException("the caption is empty");
        }
        PhotoSharingAgent.Builder builder = PhotoSharingAgent.builder()
                .model(model)
                .device(Device.parse(device))
                .describeFiles(describeFiles)
                .steps(steps)
                .guidance(guidance);
        if (size != null) {
            Matcher match = SIZE.matcher(size);
            if (!match.matches()) {
                throw new IllegalArgumentException(
                        "--size is WIDTHxHEIGHT in pixels, such as 512x512, got '" + size + "'");
            }
            builder.size(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)));
        }
        try (PhotoSharingAgent agent = builder.build()) {
            ImageOptions options = agent.imageOptions().toBuilder().seed(seed).build();
            return io.interruption().during(() -> {
                Photo photo = agent.draw(caption, options, io.interruption().cancellation(), this::progress);
                OutputFiles.replace(out, photo.png());
                io.err()
                        .println("drew " + SafeText.line(photo.caption()) + ", " + photo.width() + " x "
                                + photo.height() + ", seed " + photo.seed() + ": " + out);
                return 0;
            });
        }
    }

    private void checkFile() {
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
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

    private void progress(int step, int steps) {
        if (io.outIsTerminal()) {
            io.err().print("\r\u001b[0K" + (step < steps ? "step " + step + " of " + steps : ""));
        }
    }
}
