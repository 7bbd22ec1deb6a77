package dev.tandem.samples.safety;

import dev.tandem.core.tensor.Device;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.diffusion.safety.SafetyCheckerGuard;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of commands that draw: which safety checker looks at pictures. */
public final class CheckerOption {

    private static final String NONE = "none";

    @Option(
            names = "--safety-checker",
            paramLabel = "DIR",
            description =
                    "let this safety checker look at pictures before they are shown, in place of the model's own: a folder of one, or of"
                            + " a Stable Diffusion 1 that has one; none: nobody looks at them (default: the model's own, where it has one)")
    private @Nullable String folder;

    /**
     * Loads what was chosen.
     *
     * @throws dev.tandem.core.weights.WeightException if there is no checker in the folder, or it is damaged
     */
    public PictureCheck load(Device device) {
        if (folder == null || folder.equals(NONE)) {
            return new PictureCheck(folder == null, null);
        }
        return new PictureCheck(false, SafetyCheckerGuard.load(TorchEngine.on(device), Path.of(folder)));
    }
}
