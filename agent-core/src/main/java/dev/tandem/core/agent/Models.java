package dev.tandem.core.agent;

import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.weights.ModelFolder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Models by name: those that jars bring on the class path, under {@code models/NAME}. */
public final class Models {

    /** The small model of the models jar. */
    public static final String DEFAULT = "default";

    private static final String FOLDER = "models/";
    private static final List<String> NAMES = List.of(DEFAULT);

    private Models() {}

    /** Names of the models that are on the class path. */
    public static List<String> known() {
        return NAMES.stream().filter(Models::isOnClassPath).toList();
    }

    /**
     * The folder of a model; one in a jar is unpacked into a cache folder first ({@link ModelFolder#onClassPath}).
     *
     * @param nameOrPath a known name, or the path of a folder
     * @throws IllegalArgumentException if there is none; the message lists the known ones
     * @throws dev.tandem.core.weights.WeightException if it cannot be unpacked
     */
    public static Path find(String nameOrPath) {
        if (known().contains(nameOrPath)) {
            return ModelFolder.onClassPath(Models.class.getClassLoader(), FOLDER + nameOrPath)
                    .path();
        }
        try {
            Path folder = Path.of(nameOrPath);
            if (!nameOrPath.isBlank() && Files.isDirectory(folder)) {
                return folder;
            }
        } catch (InvalidPathException e) {
            // not a path on this system, so it can only be a name that nobody knows
        }
        String known = known().isEmpty()
                ? "the class path brings none (add tandem-models for the default)"
                : "known are " + String.join(", ", known());
        throw new IllegalArgumentException(
                "there is no model '" + nameOrPath + "'; " + known + ", or give the path of a model folder");
    }

    private static boolean isOnClassPath(String name) {
        return Models.class.getResource("/" + FOLDER + name + "/" + AgentConfig.FILE) != null;
    }
}
