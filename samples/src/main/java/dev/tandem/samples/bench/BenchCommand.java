package dev.tandem.samples.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures speed and memory at fixed shapes with random weights; one JSON object on standard output, progress on the error stream. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures speed and memory at fixed shapes, with random weights; prints JSON.",
        footer = {"", "How to compare it with the same work in another framework: docs/benchmarks.md"})
public final class BenchCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say what to measure: tandem bench bridge, tandem bench train or tandem bench memory");
    }

    @Command(
            name = "bridge",
            mixinStandardHelpOptions = true,
            description = "From caption logits to the text encoder's input, forward and backward.")
    int bridge(
            @Option(names = "--repeats", paramLabel = "N", defaultValue = "41", description = "runs (${DEFAULT-VALUE})")
                    int repeats,
            @Option(
                            names = "--threads",
                            paramLabel = "N",
                            defaultValue = "2",
                            description = "threads of an operation (${DEFAULT-VALUE})")
                    int threads)
            throws IOException {
        positive("--repeats", repeats);
        TorchEngine engine = engine(threads);
        ObjectNode out = start();
        out.set("bridge", new BridgeBench(engine, repeats, this::say).run());
        return print(out);
    }

    @Command(
            name = "train",
            mixinStandardHelpOptions = true,
            description = "Joint steps: language model, bridge, text encoder, autoencoder, denoiser, backward, AdamW.")
    int train(
            @Option(
                            names = "--sizes",
                            paramLabel = "SIZE",
                            split = ",",
                            defaultValue = "tiny,small",
                            description = "tiny, small or both (${DEFAULT-VALUE})")
                    List<String> sizes,
            @Option(names = "--repeats", paramLabel = "N", defaultValue = "5", description = "steps (${DEFAULT-VALUE})")
                    int repeats,
            @Option(
                            names = "--threads",
                            paramLabel = "N",
                            defaultValue = "2",
                            description = "threads of an operation (${DEFAULT-VALUE})")
                    int threads)
            throws IOException {
        positive("--repeats", repeats);
        sizes.forEach(JointSize::named);
        TorchEngine engine = engine(threads);
        ObjectNode out = start();
        ObjectNode train = out.putObject("train");
        for (String size : sizes) {
            train.set(size, new TrainBench(engine, repeats, this::say).run(size));
        }
        return print(out);
    }

    @Command(
            name = "memory",
            mixinStandardHelpOptions = true,
            description = "Native memory over many joint steps; it must not grow.")
    int memory(
            @Option(
                            names = "--steps",
                            paramLabel = "N",
                            defaultValue = "2000",
                            description = "steps (${DEFAULT-VALUE})")
                    int steps,
            @Option(
                            names = "--every",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "look after every N steps (${DEFAULT-VALUE})")
                    int every,
            @Option(
                            names = "--size",
                            paramLabel = "SIZE",
                            defaultValue = "mini",
                            description = "mini, tiny or small (${DEFAULT-VALUE})")
                    String size,
            @Option(
                            names = "--threads",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "threads of an operation (${DEFAULT-VALUE})")
                    int threads)
            throws IOException {
        positive("--steps", steps);
        positive("--every", every);
        TorchEngine engine = engine(threads);
        ObjectNode out = start();
        out.set("memory", new MemoryBench(engine, this::say).run(size, steps, every));
        return print(out);
    }

    private void positive(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " is at least 1, got " + value);
        }
    }

    private static TorchEngine engine(int threads) {
        TorchEngine.threads(threads);
        return TorchEngine.cpu();
    }

    private static ObjectNode start() {
        ObjectNode out = new ObjectMapper().createObjectNode();
        out.putObject("versions")
                .put("libtorch", TorchEngine.version())
                .put("java", System.getProperty("java.version"));
        return out.put("machine", System.getProperty("os.arch")).put("threads", TorchEngine.threads());
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
    }

    private int print(ObjectNode out) throws IOException {
        spec.commandLine()
                .getOut()
                .println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(out));
        return 0;
    }
}
