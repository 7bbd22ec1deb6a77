package dev.tandem.samples.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Folders and copies of an exported model. */
final class RunFiles {

    private RunFiles() {}

    /** Makes a folder if it is missing. */
    static Path folder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Copies a file under a hidden name and renames it. */
    static void copy(Path from, Path to) {
        Path hidden = to.resolveSibling("." + to.getFileName() + ".tmp");
        try {
            Files.copy(from, hidden, StandardCopyOption.REPLACE_EXISTING);
            Files.move(hidden, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + from + " to " + to + ": " + e.getMessage(), e);
        }
    }
}
