package dev.tandem.samples.cli;

import dev.tandem.core.agent.Models;
import dev.tandem.core.agent.Version;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.WeightException;
import dev.tandem.samples.terminal.SafeText;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says what would run where. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description = "Print versions, threads, device and known models.")
final class InfoCommand implements Callable<Integer> {

    private final Io io;

    InfoCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        line("tandem", Version.tandem());
        line("java", System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"));
        line(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors");
        line(
                "engine",
                "libtorch " + TorchEngine.version() + " on " + TorchEngine.cpu().device());
        line(
                "threads",
                TorchEngine.threads() + " (OMP_NUM_THREADS " + variable("OMP_NUM_THREADS") + ", OMP_WAIT_POLICY "
                        + variable("OMP_WAIT_POLICY") + ")");
        if (Models.known().isEmpty()) {
            line("models", "none on the class path");
        }
        Models.known().forEach(this::model);
        return 0;
    }

    private void model(String name) {
        try {
            Path folder = Models.find(name);
            line("model " + name, folder.toString());
            AgentConfig config = AgentConfig.read(folder);
            line("  name", config.name());
            line("  bridge", config.bridge().matrix());
            new TreeMap<>(config.provenance()).forEach((key, value) -> line("  " + key, value));
        } catch (WeightException e) {
            line("  damaged", String.valueOf(e.getMessage()));
        }
    }

    private String variable(String name) {
        return io.environment().getOrDefault(name, "not set");
    }

    private void line(String key, String value) {
        io.out().printf("%-16s %s%n", SafeText.line(key), SafeText.line(value));
    }
}
