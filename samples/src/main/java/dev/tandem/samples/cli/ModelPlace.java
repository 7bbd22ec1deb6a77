package dev.tandem.samples.cli;

import dev.tandem.core.agent.Models;
import dev.tandem.core.hub.ModelName;
import dev.tandem.core.hub.ModelStore;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the model is that somebody names: a path, OWNER/NAME of a fetched one, or a model of the class path. */
final class ModelPlace {

    private ModelPlace() {}

    /**
     * Finds a model.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Path of(String model) {
        try {
            Path path = Path.of(model);
            if (!model.isBlank() && Files.exists(path)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // no path on this system, so it can only be a name
        }
        if (model.chars().filter(c -> c == '/').count() == 1 && !model.startsWith("/") && !model.startsWith(".")) {
            ModelName name = ModelName.parse(model);
            Optional<Path> fetched = ModelStore.ofUser().find(name);
            return fetched.orElseThrow(() -> new IllegalArgumentException(
                    "there is no model " + name + " here; fetch it with: tandem models pull " + name));
        }
        return Models.find(model);
    }
}
