package dev.tandem.samples.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Messages from standard input, one a line, in UTF-8; read no further than a message may be long. */
final class MessageLines {

    private static final int MAX_BYTES = 1 << 16;

    private final InputStream in;
    private int line;

    MessageLines(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /**
     * The next line that is not blank, or null at the end.
     *
     * @throws IllegalArgumentException if the line is too long, or no UTF-8
     */
    @Nullable
    String next() {
        while (true) {
            String text = readLine();
            if (text == null || !text.isBlank()) {
                return text;
            }
        }
    }

    private @Nullable String readLine() {
        line++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            for (; b >= 0 && b != '\n'; b = in.read()) {
                bytes.write(b);
                if (bytes.size() > MAX_BYTES) {
                    throw new IllegalArgumentException(String.format(
                            "line %d of the input has more than %,d bytes, which is longer than a message may be",
                            line, MAX_BYTES));
                }
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("line " + line + " of the input is not UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the input: " + e.getMessage(), e);
        }
    }
}
