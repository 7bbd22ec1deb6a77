package dev.tandem.core.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import java.nio.file.Path;

/**
 * Whatever bytes a GGUF file holds, it is refused with a {@link WeightException} or its tensors can be read. An ordinary test run replays
 * the inputs kept beside it; JAZZER_FUZZ=1 searches for new ones.
 */
class GgufFuzzTest {

    private static final long MAX_VALUES = 1 << 16;

    private static final TensorEngine ENGINE = TorchEngine.cpu();

    @FuzzTest
    void refusedOrRead(byte[] bytes) {
        check(bytes);
    }

    static boolean check(byte[] bytes) {
        Path file = DamagedInput.file("model.gguf", bytes);
        return DamagedInput.accepted(() -> {
            Gguf gguf = Gguf.open(file);
            int tensors = 0;
            for (String key : gguf.keys()) {
                long count = Shapes.size(gguf.shape(key));
                if (count <= MAX_VALUES) {
                    assertEquals(count, gguf.values(key).length);
                    if (tensors++ == 0) {
                        assertEquals(count, read(gguf, key));
                    }
                }
            }
            gguf.texts("tokenizer.ggml.tokens");
            gguf.numbers("tokenizer.ggml.scores");
            gguf.integers("tokenizer.ggml.token_type");
            gguf.text("general.architecture");
            gguf.flag("tokenizer.ggml.add_bos_token");
            gguf.number("llama.rope.freq_base");
            gguf.integer("llama.block_count");
        });
    }

    private static long read(Gguf gguf, String key) {
        try (Scope scope = ENGINE.scope()) {
            return gguf.read(ENGINE, key).toFloatArray().length;
        }
    }
}
