package dev.tandem.samples.cli;

import dev.tandem.core.hub.Hub;
import dev.tandem.core.hub.HubException;
import dev.tandem.core.hub.HubFile;
import dev.tandem.core.hub.ModelName;
import dev.tandem.core.hub.ModelStore;
import dev.tandem.core.hub.PullListener;
import dev.tandem.samples.terminal.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Published models on this machine. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "Fetch published models from a hub, list, describe and remove them.")
final class ModelsCommand implements Runnable {

    private static final double MEBIBYTE = 1 << 20;

    private final Io io;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    ModelsCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say what to do with models: tandem models pull, list, info or remove");
    }

    @Command(
            name = "pull",
            mixinStandardHelpOptions = true,
            description = "Fetch a model, or go on with one that broke off.")
    int pull(
            @Parameters(paramLabel = "OWNER/NAME", description = "the model's name on the hub") String name,
            @Option(
                            names = "--revision",
                            paramLabel = "NAME",
                            defaultValue = "main",
                            description = "branch, tag or commit")
                    String revision,
            @Option(names = "--fp16", description = "weights in half precision, where the model offers them")
                    boolean half,
            @Option(
                            names = "--hub",
                            paramLabel = "URL",
                            description = "address of the hub (default: HF_ENDPOINT, else https://huggingface.co)")
                    @Nullable
                    String address) {
        ModelName model = ModelName.parse(name);
        Hub hub = hub(address);
        ModelStore.Variant variant = half ? ModelStore.Variant.FP16 : ModelStore.Variant.FULL;
        return failing(() -> {
            try (Progress progress = new Progress()) {
                Path folder = ModelStore.ofUser().pull(hub, model, revision, variant, progress);
                progress.close();
                io.out().println(model + ": " + folder);
                return 0;
            }
        });
    }

    private Hub hub(@Nullable String address) {
        String endpoint = address != null ? address : io.environment().getOrDefault("HF_ENDPOINT", "");
        Hub.Builder hub = Hub.builder().token(io.environment().get("HF_TOKEN"));
        return (endpoint.isBlank() ? hub : hub.address(endpoint)).build();
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the models that were fetched.")
    int list() {
        ModelStore store = ModelStore.ofUser();
        List<ModelName> models = store.list();
        if (models.isEmpty()) {
            io.err().println("no models in " + store.root() + "; fetch one with: tandem models pull OWNER/NAME");
        }
        for (ModelName model : models) {
            io.out().printf(Locale.ROOT, "%-50s %10.1f MiB%n", model, store.bytes(model) / MEBIBYTE);
        }
        return 0;
    }

    @Command(name = "info", mixinStandardHelpOptions = true, description = "Describe a model that was fetched.")
    int info(@Parameters(paramLabel = "OWNER/NAME", description = "the model's name") String name) {
        ModelName model = ModelName.parse(name);
        Path folder = found(model);
        io.out().println(model + ": " + folder);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                io.out()
                        .printf(
                                Locale.ROOT,
                                "%10.1f MiB  %s%n",
                                Files.size(file) / MEBIBYTE,
                                SafeText.line(folder.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
        }
        return 0;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Remove a model that was fetched.")
    int remove(@Parameters(paramLabel = "OWNER/NAME", description = "the model's name") String name) {
        ModelName model = ModelName.parse(name);
        if (!ModelStore.ofUser().remove(model)) {
            throw missing(model);
        }
        io.out().println("removed " + model);
        return 0;
    }

    private static Path found(ModelName model) {
        return ModelStore.ofUser().find(model).orElseThrow(() -> missing(model));
    }

    private static IllegalArgumentException missing(ModelName model) {
        return new IllegalArgumentException("there is no model " + model + " in "
                + ModelStore.ofUser().root() + "; tandem models list shows what there is");
    }

    private interface Work {
        int run();
    }

    private int failing(Work work) {
        try {
            return work.run();
        } catch (HubException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    /** A bar for all files together, on a terminal; else a line for each file. */
    private final class Progress implements PullListener, AutoCloseable {

        private @Nullable ProgressBar bar;

        @Override
        public void started(int files, long bytes) {
            io.err().printf(Locale.ROOT, "fetching %d files, %.1f MiB%n", files, bytes / MEBIBYTE);
            if (io.outIsTerminal() && bytes > 0) {
                bar = new ProgressBarBuilder()
                        .setTaskName("fetching")
                        .setInitialMax(bytes)
                        .setUnit(" MiB", (long) MEBIBYTE)
                        .setConsumer(new ConsoleProgressBarConsumer(io.err()))
                        .build();
            }
        }

        @Override
        public void received(HubFile file, long bytes) {
            io.interruption().cancellation().check();
            if (bar != null) {
                bar.stepBy(bytes);
            }
        }

        @Override
        public void retrying(HubFile file, String reason) {
            io.err().println(SafeText.line(file.path() + " broke off (" + reason + "); going on"));
        }

        @Override
        public void finished(HubFile file) {
            if (bar == null) {
                io.err().println(SafeText.line(file.path()));
            }
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
                bar = null;
            }
        }
    }
}
