package dev.tandem.diffusion.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SchedulerTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    /** Whatever the network predicts: told the truth at every step, DDIM ends at the picture. */
    @ParameterizedTest
    @EnumSource(value = PredictionType.class, mode = EnumSource.Mode.EXCLUDE, names = "FLOW_PREDICTION")
    void theTruthLeadsToThePicture(PredictionType type) {
        Scheduler scheduler = new DdimScheduler(SchedulerConfig.builder()
                .predictionType(type)
                .clipSample(false)
                .timestepSpacing(TimestepSpacing.TRAILING)
                .build());
        try (Scope scope = ENGINE.scope()) {
            SplittableRandom random = new SplittableRandom(1);
            Tensor picture = ENGINE.randn(random, 1, 2, 3, 3);
            Tensor noise = ENGINE.randn(random, 1, 2, 3, 3);
            Sampling run = scheduler.start(10);
            double[] times = run.timesteps();
            Tensor x = scheduler.addNoise(picture, noise, new long[] {(long) times[0]});
            for (int k = 0; k < times.length; k++) {
                x = run.step(k, scheduler.target(picture, noise, new long[] {(long) times[k]}), x, null);
            }
            assertArrayEquals(picture.toFloatArray(), x.toFloatArray(), 1e-3f);
        }
    }

    @Test
    void stepsOutsideTheScheduleAreRefused() {
        Scheduler scheduler =
                new DdpmScheduler(SchedulerConfig.stableDiffusion().build());
        assertThrows(IllegalArgumentException.class, () -> scheduler.start(0));
        assertThrows(IllegalArgumentException.class, () -> scheduler.start(1001));
        // leading spacing with offset 1 would begin at time step 1000 of 0 to 999
        assertThrows(IllegalArgumentException.class, () -> scheduler.start(1000));
        assertThrows(IllegalArgumentException.class, () -> scheduler.start(5, SamplingOptions.eta(0.5)));
        assertEquals(50, scheduler.start(50).timesteps().length);
    }

    /** Values of diffusers' FlowMatchEulerDiscreteScheduler for 1024 patches, from calculate_shift. */
    @ParameterizedTest
    @CsvSource({"false, 0.78995389, 0.48496735, 0.00187596", "true, 0.55789220, 0.24009037, 0.00063023"})
    void largerPicturesShiftTheFlow(boolean linear, double second, double third, double last) {
        Scheduler scheduler = new FlowMatchScheduler(new FlowMatchConfig(
                1000, 3, new DynamicShift(0.5, 1.15, 256, 4096, linear), null, SigmaSpacing.TIMESTEPS, false, false));
        double[] times = scheduler.forPatches(1024).start(4).timesteps();
        assertArrayEquals(new double[] {1000, 1000 * second, 1000 * third, 1000 * last}, times, 1e-3);
        assertThrows(IllegalArgumentException.class, () -> scheduler.start(4));
        Scheduler fixed = new DdimScheduler(SchedulerConfig.stableDiffusion().build());
        assertSame(fixed, fixed.forPatches(9));
    }

    @Test
    void schedulersHaveNames() {
        assertEquals(SchedulerName.DPM_SOLVER_PP, SchedulerName.of("DPM++"));
        assertThrows(IllegalArgumentException.class, () -> SchedulerName.of("lms"));
    }

    @Test
    void zeroTerminalSnrIsPureNoise() {
        Scheduler scheduler = new DdimScheduler(SchedulerConfig.stableDiffusion()
                .rescaleBetasZeroSnr(true)
                .predictionType(PredictionType.V_PREDICTION)
                .build());
        assertEquals(0, scheduler.alphaBar(999));
        try (Scope scope = ENGINE.scope()) {
            Tensor picture = ENGINE.full(3, 1, 1, 2, 2);
            Tensor noise = ENGINE.randn(new SplittableRandom(2), 1, 1, 2, 2);
            assertArrayEquals(
                    noise.toFloatArray(),
                    scheduler.addNoise(picture, noise, new long[] {999}).toFloatArray());
        }
    }

    @Test
    void contradictionsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> SchedulerConfig.builder().betaStart(0.5).betaEnd(0.1).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> SchedulerConfig.builder()
                        .trainedBetas(java.util.List.of(0.1))
                        .build());
    }
}
