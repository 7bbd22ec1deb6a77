package dev.tandem.samples.server;

import dev.tandem.core.file.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask. Keys are known by their SHA-256 alone, which is enough for keys of 256 random bits; each is compared in constant time, and with all, so that the time of a refusal
 * tells nothing.
 */
final class ApiKeys {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final String PREFIX = "tandem-";
    private static final int KEY_BYTES = 32;

    private final Map<String, byte[]> hashes;

    private ApiKeys(Map<String, byte[]> hashes) {
        this.hashes = hashes;
    }

    /** Nobody has a key, and none is asked for. */
    static ApiKeys none() {
        return new ApiKeys(Map.of());
    }

    /**
     * Keys of a file with lines {@code name:sha256}; blank lines and those that begin with # say nothing.
     *
     * @throws IllegalArgumentException if a line is wrong, or there is no key
     */
    static ApiKeys read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the keys in " + file + ": " + e, e);
        }
        Map<String, byte[]> hashes = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon);
            String hash = line.substring(colon + 1);
            // the line itself is not repeated: it may be a key in clear text
            if (!NAME.matcher(name).matches() || !HASH.matcher(hash).matches()) {
                throw new IllegalArgumentException(
                        "line " + (i + 1) + " of " + file
                                + " is not NAME:SHA256 with 64 hexadecimal digits; tandem serve --new-key NAME prints such a line");
            }
            if (hashes.put(name, HexFormat.of().parseHex(hash)) != null) {
                throw new IllegalArgumentException(
                        "line " + (i + 1) + " of " + file + " has the name '" + name + "' a second time");
            }
        }
        if (hashes.isEmpty()) {
            throw new IllegalArgumentException(file + " holds no key; tandem serve --new-key NAME makes one");
        }
        return new ApiKeys(hashes);
    }

    boolean isEmpty() {
        return hashes.isEmpty();
    }

    /** Whose key it is; null if nobody's. */
    @Nullable
    String owner(String key) {
        byte[] hash = hash(key);
        String found = null;
        for (Map.Entry<String, byte[]> each : hashes.entrySet()) {
            if (MessageDigest.isEqual(each.getValue(), hash)) {
                found = each.getKey();
            }
        }
        return found;
    }

    /** A new key. */
    static String fresh() {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(Ids.random(KEY_BYTES));
    }

    /** The line that lets a key in. */
    static String line(String name, String key) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a key's name has up to 64 letters, digits, dots, hyphens and underscores, got '" + name + "'");
        }
        return name + ":" + HexFormat.of().formatHex(hash(key));
    }

    private static byte[] hash(String key) {
        return Sha256.digest().digest(key.getBytes(StandardCharsets.UTF_8));
    }
}
