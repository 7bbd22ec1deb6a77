package dev.tandem.samples.output;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Files that appear whole or not at all. */
public final class OutputFiles {

    private static final int MAX_NAME = 48;
    private static final int MAX_NUMBER = 100_000;

    private OutputFiles() {}

    /**
     * Finds out whether files can be written to a folder, or the folder be made, without leaving anything behind.
     *
     * @throws IllegalArgumentException if not
     */
    public static void checkFolder(Path folder) {
        Path existing = folder.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null || !Files.isDirectory(existing)) {
            throw new IllegalArgumentException(
                    "cannot write to the folder " + folder + ": " + existing + " is not a folder");
        }
        try {
            // asking for permissions is not enough: file systems can be full or read-only
            Files.delete(Files.createTempFile(existing, ".tandem-", ".tmp"));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write to the folder " + folder + ": " + reason(e), e);
        }
    }

    /**
     * Writes a file under a name made from a title, with a number where that name is taken.
     *
     * @return the file
     */
    public static Path writeNew(Path folder, String title, String ending, byte[] bytes) {
        String name = name(title);
        try {
            Files.createDirectories(folder);
            Path hidden = writeHidden(folder, bytes);
            try {
                for (int number = 1; number < MAX_NUMBER; number++) {
                    Path file = folder.resolve(name + (number == 1 ? "" : "-" + number) + ending);
                    if (moveToNew(hidden, file)) {
                        return file;
                    }
                }
            } finally {
                Files.deleteIfExists(hidden);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write to the folder " + folder + ": " + reason(e), e);
        }
        throw new IllegalArgumentException("the folder " + folder + " holds too many files named " + name);
    }

    /** Writes a file, in the place of one that may be there. */
    public static void replace(Path file, byte[] bytes) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            Path hidden = writeHidden(folder, bytes);
            try {
                Files.move(hidden, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(hidden);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write " + file + ": " + reason(e), e);
        }
    }

    private static boolean moveToNew(Path from, Path to) throws IOException {
        try {
            // a link fails where the name is taken, even by somebody who is faster
            Files.createLink(to, from);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException | IOException e) {
            if (Files.exists(to)) {
                return false;
            }
            Files.move(from, to);
            return true;
        }
    }

    private static Path writeHidden(@Nullable Path folder, byte[] bytes) throws IOException {
        Path directory = folder == null ? Path.of("") : folder;
        Path hidden = directory.resolve(".tandem-" + Long.toHexString(System.nanoTime()) + "-"
                + ProcessHandle.current().pid() + ".tmp");
        try {
            return Files.write(hidden, bytes);
        } catch (IOException e) {
            Files.deleteIfExists(hidden);
            throw e;
        }
    }

    private static String name(String title) {
        String plain =
                title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        String cut = plain.length() <= MAX_NAME
                ? plain
                : plain.substring(0, MAX_NAME).replaceAll("-[^-]*$", "");
        return cut.isEmpty() ? "photo" : cut;
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.FileSystemException file && file.getReason() != null
                ? file.getReason()
                : e instanceof java.nio.file.AccessDeniedException ? "not allowed" : String.valueOf(e.getMessage());
    }
}
