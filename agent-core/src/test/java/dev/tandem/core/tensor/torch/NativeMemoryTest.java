package dev.tandem.core.tensor.torch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.AdamWStep;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Some hundred training steps and requests leave the resident set where it was. */
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {

    private static final int MEBI = 1 << 20;
    private final TorchEngine engine = TorchEngine.cpu();

    @Test
    void trainingStepsAndRequestsFreeWhatTheyMade() throws IOException {
        try (Scope model = engine.scope()) {
            Tensor weight = engine.randn(new Random(1), 512, 512).requiresGrad(true);
            Tensor first = engine.zeros(DType.FLOAT32, 512, 512);
            Tensor second = engine.zeros(DType.FLOAT32, 512, 512);
            for (int step = 1; step <= 50; step++) {
                train(weight, first, second, step);
                request(weight, step);
            }
            int owned = model.size();
            long before = residentBytes();
            for (int step = 51; step <= 400; step++) {
                train(weight, first, second, step);
                request(weight, step);
            }
            long grown = residentBytes() - before;
            // each round makes more than 8 MiB of results, so a leak of one in ten of them would show as 280 MiB
            assertTrue(grown < 100L * MEBI, "resident memory grew by " + grown / MEBI + " MiB in 350 rounds");
            assertTrue(
                    model.size() == owned, "the model's scope grew from " + owned + " to " + model.size() + " tensors");
        }
    }

    private void train(Tensor weight, Tensor first, Tensor second, int step) {
        try (Scope scope = engine.scope()) {
            Tensor x = engine.randn(new Random(step), 64, 512);
            try (GradientTape tape = engine.gradientTape()) {
                tape.backward(x.linear(weight, null)
                        .silu()
                        .linear(weight, null)
                        .square()
                        .mean());
            }
            engine.adamw(new AdamWStep(
                    List.of(weight),
                    List.of(Objects.requireNonNull(weight.grad())),
                    List.of(first),
                    List.of(second),
                    step,
                    1e-4,
                    0.9,
                    0.99,
                    1e-8,
                    0));
            weight.zeroGrad();
        }
    }

    private void request(Tensor weight, int step) {
        try (Scope scope = engine.scope()) {
            Tensor x = engine.full(step * 0.37, 2048, 512).mul(step * 0.123).rmsNorm(weight.select(0, 0), 1e-5 * step);
            x.linear(weight, null)
                    .mean()
                    .item(); // a whole array read back would grow the Java heap, which is not what is measured
        }
    }

    @Test
    void operationsWithNumbersLeaveNoBuffersBehind() {
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        numbers();
        System.gc();
        long before = direct.getCount();
        for (int i = 0; i < 500; i++) {
            numbers();
        }
        System.gc();
        assertTrue(direct.getCount() < before + 100, before + " buffers became " + direct.getCount());
    }

    private void numbers() {
        try (Scope scope = engine.scope()) {
            Tensor x = engine.full(0.7, 2, 4, 4, 4);
            x.clamp(-0.5, 0.5)
                    .add(0.1)
                    .mul(2)
                    .div(3)
                    .sub(1)
                    .avgPool2d(2)
                    .pad2d(1, 1, 1, 1)
                    .upsampleNearest(2)
                    .mean()
                    .item();
            x.softmax(-1)
                    .rmsNorm(engine.full(1, 4), 1e-5)
                    .groupNorm(2, null, null, 1e-5)
                    .mean()
                    .item();
        }
    }

    private static long residentBytes() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
}
