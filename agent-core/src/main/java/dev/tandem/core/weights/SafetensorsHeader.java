package dev.tandem.core.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.tandem.core.tensor.Shapes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file, checked as a whole before anything is read by it: strict UTF-8, no key twice, known element
 * types, sizes that agree with shapes, and values that fill the rest of the file without holes or overlaps (the format's own rules,
 * github.com/huggingface/safetensors). It is parsed as a stream, so that its memory is bounded by what it may hold.
 *
 * @param tensors by key, in the order of the values in the file
 * @param metadata the free texts under {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {

    /** Longest header that is read, in bytes: the reference implementation's limit. */
    static final long MAX_BYTES = 100_000_000;

    /** Several times the tensors of the largest published checkpoints, all their files together. */
    private static final int MAX_TENSORS = 1 << 18;

    private static final int MAX_TEXTS = 1 << 16;
    private static final int MAX_DIMENSIONS = 16;

    private static final String METADATA = "__metadata__";

    /** Element sizes in bytes, of types that Tandem computes with and of others that may lie beside them in a file. */
    private static final Map<String, Integer> ELEMENT_BYTES = Map.ofEntries(
            Map.entry("F64", 8),
            Map.entry("F32", 4),
            Map.entry("F16", 2),
            Map.entry("BF16", 2),
            Map.entry("I64", 8),
            Map.entry("I32", 4),
            Map.entry("I16", 2),
            Map.entry("I8", 1),
            Map.entry("U64", 8),
            Map.entry("U32", 4),
            Map.entry("U16", 2),
            Map.entry("U8", 1),
            Map.entry("BOOL", 1),
            Map.entry("F8_E4M3", 1),
            Map.entry("F8_E5M2", 1));

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxNumberLength(20)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * One tensor.
     *
     * @param dtype element type as the format names it
     * @param shape sizes
     * @param start first byte of its values, counted from the end of the header
     * @param end one past the last
     */
    record Entry(String dtype, long[] shape, long start, long end) {}

    /**
     * Reads a header.
     *
     * @param bytes the header without its length
     * @param dataBytes bytes of the file after the header
     * @param file name for messages
     * @throws WeightException if it breaks a rule of the format
     */
    static SafetensorsHeader parse(byte[] bytes, long dataBytes, String file) {
        Reader reader = new Reader(file, dataBytes);
        try {
            return reader.read(bytes);
        } catch (CharacterCodingException e) {
            throw reader.damaged("its header is not UTF-8", e);
        } catch (JsonProcessingException e) {
            throw reader.damaged(
                    "its header is not the JSON that safetensors writes (" + e.getOriginalMessage() + ")", e);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static final class Reader {

        private final String file;
        private final long dataBytes;
        private final Map<String, Entry> tensors = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();

        Reader(String file, long dataBytes) {
            this.file = file;
            this.dataBytes = dataBytes;
        }

        SafetensorsHeader read(byte[] bytes) throws IOException {
            if (bytes.length == 0 || bytes[0] != '{') {
                throw damaged("its header does not begin with {", null);
            }
            // a decoder of our own, because it refuses what is no UTF-8; as a stream, because the text would take the
            // header's size again
            try (JsonParser parser = JSON.createParser(
                    new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder()))) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName();
                    expect(parser, JsonToken.START_OBJECT, key);
                    if (key.equals(METADATA)) {
                        readMetadata(parser);
                    } else {
                        if (tensors.size() >= MAX_TENSORS) {
                            throw damaged("its header names more than " + MAX_TENSORS + " tensors", null);
                        }
                        tensors.put(key, readEntry(parser, key));
                    }
                }
                if (parser.nextToken() != null) {
                    throw damaged("something follows its header's last brace", null);
                }
            }
            return new SafetensorsHeader(inOrder(), metadata);
        }

        private void readMetadata(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                expect(parser, JsonToken.VALUE_STRING, METADATA + "." + name);
                if (metadata.size() >= MAX_TEXTS) {
                    throw damaged("its header has more than " + MAX_TEXTS + " free texts", null);
                }
                metadata.put(name, parser.getText());
            }
        }

        private Entry readEntry(JsonParser parser, String key) throws IOException {
            String dtype = null;
            long[] shape = null;
            long[] offsets = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                switch (field) {
                    case "dtype" -> {
                        expect(parser, JsonToken.VALUE_STRING, key + ".dtype");
                        dtype = parser.getText();
                    }
                    case "shape" -> shape = readLongs(parser, key + ".shape");
                    case "data_offsets" -> offsets = readLongs(parser, key + ".data_offsets");
                    default -> throw damaged(key + " has an unknown field " + field, null);
                }
            }
            if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
                throw damaged(key + " lacks its dtype, its shape or its two data_offsets", null);
            }
            return checked(key, new Entry(dtype, shape, offsets[0], offsets[1]));
        }

        private long[] readLongs(JsonParser parser, String what) throws IOException {
            expect(parser, JsonToken.START_ARRAY, what);
            List<Long> values = new ArrayList<>();
            while (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
                if (values.size() >= MAX_DIMENSIONS) {
                    throw damaged(what + " has more than " + MAX_DIMENSIONS + " numbers", null);
                }
                values.add(parser.getLongValue());
            }
            if (parser.currentToken() != JsonToken.END_ARRAY) {
                throw damaged(what + " holds something else than whole numbers", null);
            }
            return values.stream().mapToLong(Long::longValue).toArray();
        }

        private Entry checked(String key, Entry entry) {
            Integer elementBytes = ELEMENT_BYTES.get(entry.dtype());
            if (elementBytes == null) {
                throw new WeightException(
                        file + " holds " + JsonFile.shortened(key) + " as " + JsonFile.shortened(entry.dtype())
                                + ", a type that Tandem does not know; convert the file to F32, F16 or BF16");
            }
            if (entry.start() < 0 || entry.end() < entry.start() || entry.end() > dataBytes) {
                throw damaged(
                        key + " is said to lie at bytes " + entry.start() + " to " + entry.end() + " of " + dataBytes,
                        null);
            }
            long bytes;
            try {
                for (long size : entry.shape()) {
                    if (size < 0) {
                        throw damaged(key + " has the shape " + Shapes.toString(entry.shape()), null);
                    }
                }
                bytes = Math.multiplyExact(Shapes.size(entry.shape()), elementBytes.longValue());
            } catch (ArithmeticException e) {
                throw damaged(key + " has the impossible shape " + Shapes.toString(entry.shape()), e);
            }
            if (bytes != entry.end() - entry.start()) {
                throw damaged(
                        key + " " + entry.dtype() + " " + Shapes.toString(entry.shape()) + " takes " + bytes
                                + " bytes, its place has " + (entry.end() - entry.start()),
                        null);
            }
            return entry;
        }

        /** Sorted by place, so that one pass sees every hole and overlap. */
        private Map<String, Entry> inOrder() {
            List<Map.Entry<String, Entry>> sorted = new ArrayList<>(tensors.entrySet());
            sorted.sort(Comparator.comparingLong(
                            (Map.Entry<String, Entry> e) -> e.getValue().start())
                    .thenComparingLong(e -> e.getValue().end()));
            Map<String, Entry> ordered = new LinkedHashMap<>();
            long position = 0;
            for (Map.Entry<String, Entry> each : sorted) {
                if (each.getValue().start() != position) {
                    throw damaged(
                            (each.getValue().start() < position ? "values overlap before " : "there is a hole before ")
                                    + each.getKey(),
                            null);
                }
                position = each.getValue().end();
                ordered.put(each.getKey(), each.getValue());
            }
            if (position != dataBytes) {
                throw damaged((dataBytes - position) + " bytes after the last tensor belong to none", null);
            }
            return ordered;
        }

        private void expect(JsonParser parser, JsonToken token, String what) throws IOException {
            if (parser.nextToken() != token) {
                throw damaged("its header has something else than it should at " + what, null);
            }
        }

        WeightException damaged(String how, @Nullable Throwable cause) {
            String message = file + " is damaged: " + JsonFile.shortened(how) + "; copy or download it again";
            return cause == null ? new WeightException(message) : new WeightException(message, cause);
        }
    }
}
