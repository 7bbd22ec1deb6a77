package dev.tandem.core.token;

import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files of tokenizers, which are small: the largest published one has 17 MiB. */
final class TokenFile {

    private static final long MOST_BYTES = 64L << 20;
    private static final int SHOWN = 40;
    private static final String POINTER = "version https://git-lfs";

    private TokenFile() {}

    /**
     * The bytes of a file.
     *
     * @throws WeightException if it cannot be read, or is too large
     */
    static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new WeightException(file + " is larger than " + (MOST_BYTES >> 20)
                        + " MiB and is not read; a tokenizer's files are smaller");
            }
            byte[] bytes = Files.readAllBytes(file);
            if (new String(bytes, 0, Math.min(bytes.length, POINTER.length()), StandardCharsets.US_ASCII)
                    .equals(POINTER)) {
                throw new WeightException(
                        file + " is a pointer of Git LFS and not the file itself; run git lfs pull, or download it");
            }
            return bytes;
        } catch (IOException e) {
            throw new WeightException("cannot read " + file + " (" + e + ")", e);
        }
    }

    /** The lines of a text in UTF-8, with the empty one after the last line's end. */
    static List<String> lines(Path file) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes(file)))
                    .toString();
            return List.of(text.split("\r\n|\r|\n", -1));
        } catch (CharacterCodingException e) {
            throw new WeightException(file + " is damaged: it is no text in UTF-8; copy or download it again", e);
        }
    }

    /** For errors. */
    static String shortened(String line) {
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
