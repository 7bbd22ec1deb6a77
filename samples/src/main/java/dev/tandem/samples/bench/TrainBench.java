package dev.tandem.samples.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.tensor.TensorEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Time and memory of a joint step. */
final class TrainBench {

    /** The virtual machine compiles during the first. */
    private static final int WARMUP = 2;

    private static final int MEMORY_STEPS = 2;

    private final TensorEngine engine;
    private final int repeats;
    private final Consumer<String> progress;

    TrainBench(TensorEngine engine, int repeats, Consumer<String> progress) {
        this.engine = engine;
        this.repeats = repeats;
        this.progress = progress;
    }

    ObjectNode run(String name) throws IOException {
        JointSize size = JointSize.named(name);
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        try (JointRun joint = new JointRun(engine, size)) {
            ObjectNode counts = out.putObject("parameters_m");
            joint.parametersInMillions().forEach(counts::put);
            out.put("trained_m", joint.trainedInMillions())
                    .put("batch", size.batch())
                    .put("length", size.length());
            out.putArray("latents")
                    .add(size.unet().inChannels())
                    .add(size.unet().sampleSize())
                    .add(size.unet().sampleSize());
            Steps steps = new Steps();
            try {
                joint.steps(steps::next);
            } finally {
                steps.close();
            }
            Timing timing = Timing.of(steps.seconds);
            ObjectNode step = out.putObject("tandem");
            step.set("s_per_step", timing.json(1));
            step.put("tokens_per_s", Timing.rounded(size.batch() * size.length() / timing.median()));
            step.put("images_per_s", Timing.rounded(size.batch() / timing.median()));
            ObjectNode parts = step.putObject("parts_s");
            joint.parts()
                    .forEach((part, seconds) ->
                            parts.put(part, Timing.rounded(Timing.median(seconds.subList(WARMUP, WARMUP + repeats)))));
            if (!steps.peaks.isEmpty()) {
                out.put(
                        "peak_extra_mb",
                        steps.peaks.stream()
                                .mapToDouble(Double::doubleValue)
                                .max()
                                .getAsDouble());
            }
        }
        progress.accept("train " + name + " " + out);
        return out;
    }

    /** Times steps, and then looks at the memory of some more. */
    private final class Steps implements AutoCloseable {

        private final List<Double> seconds = new ArrayList<>();
        private final List<Double> peaks = new ArrayList<>();
        private NativeMemory.@Nullable Peak peak;
        private long last;

        boolean next(long step) {
            long now = System.nanoTime();
            if (step > WARMUP && step <= WARMUP + repeats) {
                seconds.add((now - last) / 1e9);
            }
            if (peak != null) {
                peaks.add(NativeMemory.megabytes(peak.bytes()));
            }
            if (step < WARMUP + repeats) {
                last = System.nanoTime();
                return true;
            }
            if (NativeMemory.allocatedBytes().isEmpty() || peaks.size() == MEMORY_STEPS) {
                return false;
            }
            if (peak == null) {
                peak = new NativeMemory.Peak();
            }
            peak.begin();
            return true;
        }

        @Override
        public void close() {
            if (peak != null) {
                peak.close();
            }
        }
    }
}
