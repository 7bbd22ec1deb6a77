package dev.tandem.core.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.config.OneLine;
import java.io.CharConversionException;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The objects of a JSON file of any length, one at a time: those of an array, or one after the other. */
final class JsonObjects implements Closeable {

    /** The longest dialogue. Those of MMDialog with their wrong candidates have about 250 000 bytes. */
    static final int MAX_BYTES = 4 << 20;

    private static final int MAX_DEPTH = 50;

    /** What the parser may have read ahead. */
    private static final int BUFFER = 16 << 10;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(MAX_BYTES)
                    .maxNestingDepth(MAX_DEPTH)
                    .build())
            .build());

    private final Path file;
    private final Bounded input;
    private final JsonParser parser;
    private boolean inArray;
    private int line = 1;

    /** @throws IllegalArgumentException if there is no such file, or it is no text */
    JsonObjects(Path file) throws IOException {
        this.file = file;
        try {
            input = new Bounded(Files.newInputStream(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file, e);
        }
        try {
            // looks at the first bytes
            parser = MAPPER.createParser(input);
        } catch (CharConversionException e) {
            input.close();
            throw noText(e);
        }
    }

    /** Where the object begins that was read last. */
    String where() {
        return file + ", line " + line;
    }

    /**
     * The next object; null after the last.
     *
     * @throws IllegalArgumentException if there is something else, or an object is too long
     */
    @Nullable
    JsonNode next() throws IOException {
        input.left = MAX_BYTES + BUFFER;
        try {
            while (true) {
                JsonToken token = parser.nextToken();
                line = parser.currentTokenLocation().getLineNr();
                if (token == null) {
                    return null;
                } else if (token == JsonToken.START_ARRAY && !inArray) {
                    inArray = true;
                } else if (token == JsonToken.END_ARRAY) {
                    inArray = false;
                } else if (token == JsonToken.START_OBJECT) {
                    return MAPPER.readTree(parser);
                } else {
                    throw new IllegalArgumentException(
                            where() + ": here should be a dialogue, an object in braces, but there is "
                                    + (token == JsonToken.START_ARRAY ? "a list" : "a plain value"));
                }
            }
        } catch (JsonProcessingException e) {
            int at = e.getLocation() == null ? line : e.getLocation().getLineNr();
            throw new IllegalArgumentException(
                    OneLine.of(file + ", line " + at + ": this is no JSON: " + e.getOriginalMessage()), e);
        } catch (TooLongException e) {
            throw new IllegalArgumentException(
                    where() + ": the dialogue that begins here has more than " + MAX_BYTES + " bytes", e);
        } catch (CharConversionException e) {
            throw noText(e);
        }
    }

    private IllegalArgumentException noText(CharConversionException e) {
        return new IllegalArgumentException(OneLine.of(where() + ": this is no text in UTF-8: " + e.getMessage()), e);
    }

    @Override
    public void close() throws IOException {
        parser.close();
        input.close();
    }

    /** More bytes than a dialogue may have. */
    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** Hands out so many bytes and no more. */
    private static final class Bounded extends FilterInputStream {

        private long left = BUFFER;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left <= 0) {
                throw new TooLongException();
            }
            int count = super.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }
    }
}
