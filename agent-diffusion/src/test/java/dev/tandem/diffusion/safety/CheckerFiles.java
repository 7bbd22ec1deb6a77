package dev.tandem.diffusion.safety;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.PictureFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Two small checkers, six pictures, and what diffusers says of them. */
public final class CheckerFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private CheckerFiles() {}

    /** A resource's path. */
    public static Path resource(String name) {
        URL url = Objects.requireNonNull(CheckerFiles.class.getResource(name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Path folder(String name) {
        return resource("/safety-checker/" + name);
    }

    static JsonNode expected() {
        try {
            return JSON.readTree(folder("expected.json").toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> names() {
        List<String> names = new ArrayList<>();
        expected().path("pictures").forEach(name -> names.add(name.asText()));
        return names;
    }

    static Picture picture(String name) {
        return PictureFile.read(folder("pictures/" + name + ".png"));
    }

    static List<Double> numbers(JsonNode list) {
        List<Double> numbers = new ArrayList<>();
        list.forEach(number -> numbers.add(number.asDouble()));
        return numbers;
    }

    /** Copies a folder, into one that is there or not. */
    public static Path copy(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path to = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return target;
    }
}
