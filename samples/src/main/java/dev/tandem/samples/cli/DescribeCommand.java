package dev.tandem.samples.cli;

import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.llm.decode.GenerationSettings;
import dev.tandem.llm.describe.ImageToText;
import dev.tandem.samples.terminal.SafeText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what pictures show. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        description = "Say what pictures show, one after the other.")
final class DescribeCommand implements Callable<Integer> {

    private final Io io;

    @Parameters(arity = "1..*", paramLabel = "PICTURE", description = "PNG, JPEG, GIF or BMP files")
    private List<Path> pictures = new ArrayList<>();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FOLDER",
            description =
                    "a folder with BLIP or Llama-Vision in the layout of Hugging Face, or OWNER/NAME of a fetched model")
    private String model = "";

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "what to answer (Llama-Vision), or a caption's first words (BLIP)")
    private String prompt = "";

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "most tokens of a description (default: ${DEFAULT-VALUE})")
    private int maxNewTokens = 128;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "0 for the likeliest words (default: ${DEFAULT-VALUE})")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "draw from the N likeliest; 0 for all (default: ${DEFAULT-VALUE})")
    private int topK;

    @Option(names = "--top-p", paramLabel = "X", description = "draw from this share (default: ${DEFAULT-VALUE})")
    private double topP = 1;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "above 1 to repeat less (default: ${DEFAULT-VALUE})")
    private double repetitionPenalty = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "the same seed gives the same text (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    DescribeCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("--max-new-tokens is at least 1, got " + maxNewTokens);
        }
        GenerationSettings settings = GenerationSettings.builder()
                .sample(temperature > 0)
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .repetitionPenalty(repetitionPenalty)
                .maxNewTokens(maxNewTokens)
                .build();
        try (ImageToText describer = ImageToText.load(TorchEngine.on(Device.parse(device)), ModelPlace.of(model))) {
            for (Path file : pictures) {
                io.interruption().cancellation().check();
                Picture picture = PictureFile.read(file);
                if (pictures.size() > 1) {
                    io.out().print(file + ": ");
                }
                describer.describe(List.of(picture), prompt, settings, new SplittableRandom(seed), this::show);
                io.out().println();
            }
            return 0;
        }
    }

    private void show(String piece) {
        io.interruption().cancellation().check();
        io.out().print(SafeText.of(piece));
        io.out().flush();
    }
}
