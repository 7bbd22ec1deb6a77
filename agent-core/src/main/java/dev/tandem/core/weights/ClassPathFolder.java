package dev.tandem.core.weights;

import dev.tandem.core.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A model folder among the class path's resources. Weights are mapped from files, so a folder in a jar is unpacked once: under a
 * hidden name that is renamed when everything is there, into a folder named by a hash of names, sizes and checksums. What is there
 * already is checked against the jar's checksums before it is used.
 */
final class ClassPathFolder {

    /** More than any model that is shipped in a jar; a jar that says more is not unpacked. */
    private static final long MAX_BYTES = 8L << 30;

    /** One of these lies in every model folder; directories themselves need not have an entry in a jar. */
    private static final List<String> LANDMARKS = List.of("agent.json", "model_index.json", "config.json");

    private ClassPathFolder() {}

    static Path defaultCache() {
        String property = System.getProperty("tandem.cache");
        if (property != null && !property.isBlank()) {
            return Path.of(property);
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isBlank() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("tandem");
    }

    /** The folder as one on disk. */
    static Path locate(ClassLoader loader, String resource, Path cache) {
        for (String landmark : LANDMARKS) {
            URL url = loader.getResource(resource + "/" + landmark);
            if (url != null) {
                return locate(url, resource, cache);
            }
        }
        throw new WeightException(
                "the model folder " + resource + " is not on the class path; add the dependency that holds it");
    }

    private static Path locate(URL landmark, String resource, Path cache) {
        try {
            if (landmark.getProtocol().equals("file")) {
                return Objects.requireNonNull(Path.of(landmark.toURI()).getParent());
            }
            URLConnection connection = landmark.openConnection();
            if (connection instanceof JarURLConnection jar) {
                return unpacked(jar.getJarFile(), resource + "/", cache);
            }
        } catch (IOException | URISyntaxException e) {
            throw new WeightException(
                    "cannot unpack the model " + resource + " into " + cache + " (" + e
                            + "); choose another folder with -Dtandem.cache=FOLDER",
                    e);
        }
        throw new WeightException("the model " + resource + " lies at " + landmark
                + ", which is neither a folder nor a jar; unpack it to a folder");
    }

    private static Path unpacked(JarFile jar, String prefix, Path cache) throws IOException {
        List<JarEntry> entries = new ArrayList<>();
        long bytes = 0;
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().startsWith(prefix) && !entry.isDirectory()) {
                entries.add(entry);
                bytes += Math.max(0, entry.getSize());
            }
        }
        if (bytes > MAX_BYTES) {
            throw new IOException("its files take " + bytes + " bytes");
        }
        entries.sort(Comparator.comparing(JarEntry::getName));
        String name = prefix.substring(prefix.lastIndexOf('/', prefix.length() - 2) + 1, prefix.length() - 1);
        Path target = cache.resolve(name + "-" + hash(entries));
        if (isWhole(target, entries, prefix)) {
            return target;
        }
        Files.createDirectories(cache);
        Path hidden = Files.createTempDirectory(cache, "." + name + "-");
        try {
            for (JarEntry entry : entries) {
                unpack(jar, entry, inside(hidden, entry, prefix));
            }
            delete(target); // not whole
            try {
                Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!isWhole(target, entries, prefix)) {
                    throw e; // else another process was faster
                }
            }
        } finally {
            delete(hidden);
        }
        return target;
    }

    private static void unpack(JarFile jar, JarEntry entry, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        CRC32 checksum = new CRC32();
        try (InputStream in = new CheckedInputStream(jar.getInputStream(entry), checksum);
                OutputStream out = Files.newOutputStream(file)) {
            long left = entry.getSize();
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                left -= n;
                if (left < 0) {
                    throw new IOException(entry.getName() + " is longer than its jar says");
                }
                out.write(buffer, 0, n);
            }
        }
        if (checksum.getValue() != entry.getCrc()) {
            throw new IOException(entry.getName() + " is damaged in its jar");
        }
    }

    private static boolean isWhole(Path folder, List<JarEntry> entries, String prefix) throws IOException {
        for (JarEntry entry : entries) {
            Path file = inside(folder, entry, prefix);
            if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize() || checksum(file) != entry.getCrc()) {
                return false;
            }
        }
        return true;
    }

    private static long checksum(Path file) throws IOException {
        CRC32 checksum = new CRC32();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                checksum.update(buffer, 0, n);
            }
        }
        return checksum.getValue();
    }

    private static Path inside(Path folder, JarEntry entry, String prefix) throws IOException {
        Path file = folder.resolve(entry.getName().substring(prefix.length())).normalize();
        if (!file.startsWith(folder)) {
            throw new IOException(entry.getName() + " leads out of its folder");
        }
        return file;
    }

    private static String hash(List<JarEntry> entries) {
        MessageDigest digest = Sha256.digest();
        for (JarEntry entry : entries) {
            String line = entry.getName() + "\n" + entry.getSize() + "\n" + entry.getCrc() + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
