package dev.tandem.core.data;

import dev.tandem.core.data.RawTurn.RawPhoto;
import dev.tandem.core.file.Sha256;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the file of a photo; the rule is in {@link DialogueData.Builder#photos}. */
record PhotoFolder(Path root) {

    private static final List<String> ENDINGS = List.of("", ".jpg", ".jpeg", ".png", ".gif", ".bmp");
    private static final List<String> PLACES = List.of("", "images", "photos");
    private static final int LONGEST_NAME = 200;

    /**
     * Where a photo is, and the address that it was found by.
     *
     * @param url empty where it was found by a path or a number
     */
    record Found(Path file, Optional<String> url) {}

    /**
     * Looks for a photo.
     *
     * @throws IllegalArgumentException if the data name a file outside of the folder
     */
    Optional<Found> find(RawPhoto photo) {
        if (!photo.file().isEmpty()) {
            return Optional.of(inside(photo.file()))
                    .filter(Files::isRegularFile)
                    .map(file -> new Found(file, Optional.empty()));
        }
        Optional<String> known = photo.urls().stream().findFirst();
        if (!photo.id().isEmpty()) {
            Optional<Path> byId = first(List.of(lastPart(photo.id()), photo.id().replace('/', '_')));
            if (byId.isPresent()) {
                return byId.map(file -> new Found(file, known));
            }
        }
        for (String url : photo.urls()) {
            Optional<Path> byUrl = first(List.of(hash(url), nameIn(url)));
            if (byUrl.isPresent()) {
                return byUrl.map(file -> new Found(file, Optional.of(url)));
            }
        }
        return Optional.empty();
    }

    private Path inside(String name) {
        try {
            Path folder = root.toAbsolutePath().normalize();
            Path file = folder.resolve(name).normalize();
            if (file.startsWith(folder) && !Path.of(name).isAbsolute()) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + name + "' is no path of a photo", e);
        }
        throw new IllegalArgumentException("the photo '" + name + "' lies outside of the folder " + root);
    }

    private Optional<Path> first(List<String> names) {
        List<Path> candidates = new ArrayList<>();
        for (String name : names) {
            if (isName(name)) {
                for (String place : PLACES) {
                    for (String ending : ENDINGS) {
                        candidates.add(root.resolve(place).resolve(name + ending));
                    }
                }
            }
        }
        return candidates.stream().filter(Files::isRegularFile).findFirst();
    }

    private static boolean isName(String name) {
        return !name.isBlank()
                && name.length() <= LONGEST_NAME
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c < ' ' || c == 0x7F || "/\\:*?\"<>|".indexOf(c) >= 0);
    }

    private static String lastPart(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String nameIn(String url) {
        try {
            String path = new URI(url).getPath();
            return path == null ? "" : lastPart(path);
        } catch (java.net.URISyntaxException e) {
            return "";
        }
    }

    /** SHA-256 of an address in UTF-8, in 64 hexadecimal digits. */
    static String hash(String url) {
        return Sha256.hex(url);
    }
}
