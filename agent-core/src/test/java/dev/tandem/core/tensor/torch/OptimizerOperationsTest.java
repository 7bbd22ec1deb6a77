package dev.tandem.core.tensor.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptimizerOperationsTest {

    private static final TorchEngine ENGINE = TorchEngine.cpu();

    @Test
    void normScaleAndLerpWorkInPlaceOnLists() {
        try (Scope scope = ENGINE.scope()) {
            Tensor a = ENGINE.tensor(new float[] {3, 0}, 2);
            Tensor b = ENGINE.tensor(new float[] {0, 4, 0, 12}, 2, 2);
            assertEquals(13, ENGINE.norm(List.of(a, b)), 1e-6);
            ENGINE.scale(List.of(a, b), 0.5);
            assertArrayEquals(new float[] {1.5f, 0}, a.toFloatArray());
            assertArrayEquals(new float[] {0, 2, 0, 6}, b.toFloatArray());
            ENGINE.lerp(List.of(a), List.of(ENGINE.tensor(new float[] {3.5f, 4}, 2)), 0.25);
            assertArrayEquals(new float[] {2, 1}, a.toFloatArray());
            assertEquals(0, ENGINE.norm(List.of()));
        }
    }

    @Test
    void aFreedGradientIsGoneAndComesBack() {
        try (Scope scope = ENGINE.scope()) {
            Tensor x = ENGINE.tensor(new float[] {2}, 1).requiresGrad(true);
            for (int i = 0; i < 3; i++) {
                try (GradientTape tape = ENGINE.gradientTape()) {
                    tape.backward(x.square().sum());
                }
                assertNotNull(x.grad());
                assertEquals(4, x.grad().item());
                x.zeroGrad();
                assertNull(x.grad());
            }
            x.set(ENGINE.tensor(new float[] {5}, 1));
            assertEquals(5, x.item());
        }
    }
}
