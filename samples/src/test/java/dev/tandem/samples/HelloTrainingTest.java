package dev.tandem.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.train.OwnFiles;
import dev.tandem.samples.train.TinyModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelloTrainingTest {

    @TempDir
    Path folder;

    @Test
    void trainsBothModelsOnDialoguesOfOnesOwnAndTheResultSpeaks() throws Exception {
        Path tiny = folder.resolve("tiny");
        TinyModelFolder.write(TorchEngine.cpu(), tiny);
        OwnFiles.write(folder);
        Path out = folder.resolve("run");

        List<String> lines = SampleProgram.run(
                HelloTraining.class,
                folder,
                tiny.toString(),
                folder.resolve("own.jsonl").toString(),
                "3",
                "run");

        for (int step = 1; step <= 3; step++) {
            assertTrue(
                    lines.get(step - 1).matches("step " + step + ": \\{.*loss_t=\\d.*loss_v=\\d.*"), lines.toString());
        }
        assertTrue(lines.get(3).startsWith("it says: "), lines.toString());
        assertTrue(Files.exists(out.resolve("checkpoint-3/parameters.safetensors")));
        for (String weights : List.of("llm/model.safetensors", "unet/diffusion_pytorch_model.safetensors")) {
            assertFalse(
                    Arrays.equals(
                            Files.readAllBytes(tiny.resolve(weights)),
                            Files.readAllBytes(out.resolve("model").resolve(weights))),
                    weights + " has learned nothing");
        }
        assertEquals(
                Files.readString(tiny.resolve("tokenizer/vocab.json")),
                Files.readString(out.resolve("model/tokenizer/vocab.json")));
    }
}
