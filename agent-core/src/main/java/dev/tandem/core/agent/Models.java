package dev.tandem.core.agent;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Models by name: those that jars bring on the class path, under {@code models/NAME}. */
public final class Models {

    /** The small model of the models jar. */
    public static final String DEFAULT = "default";

    private static final List<String> NAMES = List.of(DEFAULT);

    private Models() {}

    /** Names of the models that are on the class path. */
    public static List<String> known() {
        return NAMES.stream().filter(name -> resource(name) != null).toList();
    }

    /**
     * The folder of a model.
     *
     * @param nameOrPath a known name, or the path of a folder
     * @throws IllegalArgumentException if there is none; the message lists the known ones
     */
    public static Path find(String nameOrPath) {
        if (known().contains(nameOrPath)) {
            return extract(nameOrPath);
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
        throw new IllegalArgumentException("there is no model '" + nameOrPath + "'; " + known + ", or give the path of a model folder");
    }

    private static @Nullable URL resource(String name) {
        return Models.class.getResource("/models/" + name + "/agent.json");
    }

    private static Path extract(String name) {
        URL resource = resource(name);
        if (resource != null && resource.getProtocol().equals("file")) {
            try {
                return Path.of(new URI(resource.toString())).resolveSibling("");
            } catch (URISyntaxException e) {
                throw new IllegalStateException("the class path names a place that is no URI: " + resource, e);
            }
        }
        throw new IllegalArgumentException("the model '" + name + "' lies inside a jar; unpack it and give the path of its folder");
    }
}
