package dev.tandem.core.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Blocks of random bytes of every type are the floats that the reference makes of them, bit by bit. {@code gguf-types.gguf} was written by
 * Python's gguf 0.19.0, and the expected values are its {@code quants.dequantize}.
 */
class GgufTypeTest {

    private final TensorEngine engine = TorchEngine.cpu();

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(GgufTypeTest.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void equalsTheReference(GgufType type) {
        Gguf file = Gguf.open(resource("gguf-types.gguf"));
        assertEquals(type, file.type(type.name()));
        try (Scope scope = engine.scope()) {
            float[] expected = Safetensors.open(resource("gguf-types.safetensors"))
                    .read(engine, type.name())
                    .toFloatArray();
            assertArrayEquals(expected, file.read(engine, type.name()).toFloatArray());
            assertArrayEquals(expected, file.values(type.name()));
        }
    }
}
