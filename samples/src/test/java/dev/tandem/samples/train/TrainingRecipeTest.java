package dev.tandem.samples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configurations that the default was made with stay readable. */
class TrainingRecipeTest {

    private static final Path CONFIGURATIONS = Path.of("..", "models", "training");

    static List<Path> configurations() throws IOException {
        try (Stream<Path> files = Files.list(CONFIGURATIONS)) {
            return files.filter(file -> file.toString().endsWith(".json") && !file.endsWith("schema.json"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void aCommittedConfigurationIsRead(Path file) {
        assertTrue(ConfigReader.read(file, TrainingRecipe.class).training().steps() > 0);
    }

    @Test
    void jointAndPipelineDifferInTheBridgeAlone() {
        JointRecipe joint = (JointRecipe) ConfigReader.read(CONFIGURATIONS.resolve("joint.json"), TrainingRecipe.class);
        JointRecipe pipeline =
                (JointRecipe) ConfigReader.read(CONFIGURATIONS.resolve("pipeline.json"), TrainingRecipe.class);
        assertEquals(joint.training(), pipeline.training());
        assertEquals(joint.data(), pipeline.data());
        assertEquals(joint.alpha(), pipeline.alpha());
    }
}
