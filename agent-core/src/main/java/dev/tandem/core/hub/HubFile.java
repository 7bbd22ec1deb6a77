package dev.tandem.core.hub;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file of a model on a hub.
 *
 * @param path relative to the model's folder, with slashes
 * @param bytes its size
 * @param sha256 its checksum in hexadecimal, for large files
 */
public record HubFile(String path, long bytes, Optional<String> sha256) {

    private static final Pattern PART = Pattern.compile("\\.?[A-Za-z0-9_][A-Za-z0-9_.+@ -]{0,200}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public HubFile {
        for (String part : path.split("/", -1)) {
            if (!PART.matcher(part).matches()) {
                throw new HubException("the hub names a file '" + shortened(path)
                        + "', which is no plain path inside a model's folder");
            }
        }
        if (bytes < 0) {
            throw new HubException("the hub says that " + path + " has " + bytes + " bytes");
        }
        if (sha256.isPresent() && !SHA256.matcher(sha256.get()).matches()) {
            throw new HubException("the hub's checksum of " + path + " is no SHA-256");
        }
    }

    /** Its name without folders. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Whether it lies in no folder. */
    public boolean atTop() {
        return path.indexOf('/') < 0;
    }

    /** Whether its name ends in one of these. */
    boolean endsIn(List<String> endings) {
        return endings.stream().anyMatch(name()::endsWith);
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 79) + "…";
    }
}
