package dev.tandem.samples.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Deque;
import java.util.stream.Stream;

/** Folders and copies of an exported model. */
final class RunFiles {

    private RunFiles() {}

    /** Closes what a job owns, the last first. */
    static void closeAll(Deque<AutoCloseable> owned) {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a model could not be closed: " + e.getMessage(), e);
            }
        }
    }

    /** Makes a folder if it is missing. */
    static Path folder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + folder + "; check that you may write there", e);
        }
    }

    /** Copies a file under a hidden name and renames it. */
    static void copy(Path from, Path to) {
        Path hidden = to.resolveSibling("." + to.getFileName() + ".tmp");
        try {
            Files.copy(from, hidden, StandardCopyOption.REPLACE_EXISTING);
            Files.move(hidden, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + from + " to " + to + " (" + e.getMessage() + ")", e);
        }
    }

    /** Copies all files of a folder and of the folders in it, but hidden ones. */
    static void copyTree(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path source : all.toList()) {
                Path target = to.resolve(from.relativize(source).toString());
                if (Files.isDirectory(source)) {
                    folder(target);
                } else if (!String.valueOf(source.getFileName()).startsWith(".")) {
                    copy(source, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy " + from + " to " + to + " (" + e.getMessage() + ")", e);
        }
    }
}
