package dev.tandem.samples.cli;

import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.llm.describe.ImageToText;
import dev.tandem.samples.terminal.SafeText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what pictures show. */
@Command(name = "describe", mixinStandardHelpOptions = true, description = "Say what pictures show.")
final class DescribeCommand implements Callable<Integer> {

    private final Io io;

    @Parameters(arity = "1..*", paramLabel = "PICTURE", description = "PNG, JPEG, GIF or BMP files")
    private List<Path> pictures = new ArrayList<>();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FOLDER",
            description = "a folder with BLIP in the layout of Hugging Face, or OWNER/NAME of a fetched model")
    private String model = "";

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "most tokens of a description (default: ${DEFAULT-VALUE})")
    private int maxNewTokens = 32;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    DescribeCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        try (ImageToText describer = ImageToText.load(TorchEngine.on(Device.parse(device)), ModelPlace.of(model))) {
            for (Path picture : pictures) {
                io.interruption().cancellation().check();
                String text = SafeText.of(describer.describe(PictureFile.read(picture), maxNewTokens));
                io.out().println(pictures.size() == 1 ? text : picture + ": " + text);
            }
            return 0;
        }
    }
}
