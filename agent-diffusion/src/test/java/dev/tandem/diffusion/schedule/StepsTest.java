package dev.tandem.diffusion.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.diffusion.load.SchedulerFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepsTest {

    private static Scheduler scheduler(String type, String more) {
        return SchedulerFile.parse("{\"_class_name\": \"" + type + "\"" + more + "}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DDPMScheduler", "DPMSolverMultistepScheduler", "EulerDiscreteScheduler"})
    void givenTimeStepsAreTaken(String type) {
        try (Sampling run = scheduler(type, "").start(Steps.at(List.of(900.0, 500.0, 2.0)), SamplingOptions.DEFAULT)) {
            assertArrayEquals(new double[] {900, 500, 2}, run.timesteps());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DDPMScheduler", "DPMSolverMultistepScheduler"})
    void timeStepsThatDoNotFallAreRefused(String type) {
        for (List<Double> times :
                List.of(List.of(2.0, 500.0), List.of(1000.0, 3.0), List.of(5.0, 5.0), List.of(3.0, -1.0))) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> scheduler(type, "").start(Steps.at(times), SamplingOptions.DEFAULT))
                    .getMessage();
            assertTrue(message.contains(times.toString()), message);
        }
    }

    @Test
    void samplersThatSpaceTheirStepsSaySo() {
        Steps given = Steps.at(List.of(900.0, 2.0));
        for (Scheduler each : List.of(
                scheduler("DDIMScheduler", ""),
                scheduler("EulerDiscreteScheduler", ", \"use_karras_sigmas\": true"),
                scheduler("DPMSolverMultistepScheduler", ", \"use_lu_lambdas\": true"))) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> each.start(given, SamplingOptions.DEFAULT))
                    .getMessage();
            assertTrue(message.contains("give their number only"), message);
        }
    }

    @Test
    void aShiftByThePicturesSizeMustBeKnown() {
        Scheduler flow = scheduler("FlowMatchEulerDiscreteScheduler", ", \"use_dynamic_shifting\": true");
        assertThrows(IllegalArgumentException.class, () -> flow.start(4));
        try (Sampling small = flow.forPatches(256).start(4);
                Sampling given = flow.start(Steps.of(4).shifted(0.5), SamplingOptions.DEFAULT)) {
            assertArrayEquals(small.timesteps(), given.timesteps()); // 0.5 is base_shift, of 256 patches
            assertEquals(4, given.timesteps().length);
        }
    }
}
