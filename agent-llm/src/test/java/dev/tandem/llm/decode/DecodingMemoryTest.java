package dev.tandem.llm.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Hundreds of answers leave the resident set where it was. */
@EnabledOnOs(OS.LINUX)
class DecodingMemoryTest {

    private static final int MEBI = 1 << 20;

    private final TensorEngine engine = TorchEngine.cpu();

    @Test
    void answersFreeTheirCaches() throws IOException {
        // one answer's cache has 2 layers x keys and values x 8 heads x 384 tokens x 32 numbers: 1.5 MiB
        try (Scope outside = engine.scope();
                Llama model = Models.random(
                        engine,
                        Models.small()
                                .attentionHeads(8)
                                .keyValueHeads(8)
                                .headDim(32)
                                .maxPositionEmbeddings(512)
                                .build(),
                        1)) {
            answers(model, 30);
            int owned = outside.size();
            long before = residentBytes();
            answers(model, 150);
            long grown = residentBytes() - before;
            assertTrue(grown < 100L * MEBI, "resident memory grew by " + grown / MEBI + " MiB in 150 answers");
            assertEquals(owned, outside.size());
        }
    }

    private static void answers(Llama model, int count) {
        Generator generator = new Generator(model, LogitRules.stoppingAt(List.of()), new Sampler(1, 0, 1));
        for (int i = 0; i < count; i++) {
            generator.generate(new int[350], 4, new SplittableRandom(i), id -> true);
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
