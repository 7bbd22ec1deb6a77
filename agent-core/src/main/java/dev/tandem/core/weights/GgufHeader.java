package dev.tandem.core.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The beginning of a GGUF file: settings and the places of tensors. Every count and length is checked against what is left of the file
 * before memory is taken for it.
 *
 * @param settings name to Long, Double, Boolean, String, {@code long[]}, {@code double[]}, or a List of Boolean or String
 * @param tensors in the order of the file
 * @param dataStart first byte of the values
 */
record GgufHeader(Map<String, Object> settings, List<TensorInfo> tensors, long dataStart) {

    private static final int MAGIC = 0x46554747; // "GGUF", little-endian
    private static final int OLDEST = 2;
    private static final int NEWEST = 3;
    private static final long MAX_SETTINGS = 1 << 16;

    /** Fifty times the tensors of the largest published files. */
    private static final long MAX_TENSORS = 1 << 16;

    /** Bytes of one text, and of all. */
    private static final long MAX_TEXT = 1 << 24;

    private static final long MAX_TEXTS = 1 << 26;

    /** Values in all lists together: three times what the largest vocabularies take, with their merges. */
    private static final long MAX_LISTED = 1 << 22;

    private static final int MAX_DIMENSIONS = 4;
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MAX_ALIGNMENT = 1 << 20;
    private static final int SMALLEST_SETTING = 13;
    private static final int SMALLEST_TENSOR = 24;

    /**
     * One tensor.
     *
     * @param name of the tensor
     * @param type how its values are stored
     * @param shape the last dimension innermost
     * @param offset from the first byte of the values
     */
    @SuppressWarnings("ArrayRecordComponent") // package-private
    record TensorInfo(String name, GgufType type, long[] shape, long offset) {}

    static GgufHeader read(FileChannel channel, String file) throws IOException {
        return new Reader(channel, file).header();
    }

    private static final class Reader {

        private final FileChannel channel;
        private final String file;
        private final long size;
        private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        private long consumed;
        private long textBytes;
        private long listed;

        Reader(FileChannel channel, String file) throws IOException {
            this.channel = channel;
            this.file = file;
            this.size = channel.size();
            buffer.limit(0);
        }

        GgufHeader header() throws IOException {
            if (size < 24 || u32() != MAGIC) {
                throw new WeightException(file + " is no GGUF file: it does not begin with the letters GGUF");
            }
            int version = u32();
            if (version < OLDEST || version > NEWEST) {
                throw new WeightException(file + " is GGUF of version " + Integer.toUnsignedString(version)
                        + "; versions 2 and 3 are supported");
            }
            long tensorCount = count(MAX_TENSORS, SMALLEST_TENSOR, "tensors");
            long settingCount = count(MAX_SETTINGS, SMALLEST_SETTING, "settings");
            Map<String, Object> settings = new LinkedHashMap<>();
            for (long i = 0; i < settingCount; i++) {
                String key = text();
                if (settings.put(key, value(u32(), key)) != null) {
                    throw damaged("it has the setting " + JsonFile.shortened(key) + " twice");
                }
            }
            List<TensorInfo> tensors = new ArrayList<>();
            for (long i = 0; i < tensorCount; i++) {
                tensors.add(tensor());
            }
            long alignment = settings.get("general.alignment") instanceof Long given ? given : DEFAULT_ALIGNMENT;
            if (alignment < 1 || alignment > MAX_ALIGNMENT) {
                throw damaged("general.alignment is " + alignment);
            }
            long start = (consumed + alignment - 1) / alignment * alignment;
            return new GgufHeader(settings, tensors, start);
        }

        private TensorInfo tensor() throws IOException {
            String name = text();
            int dimensions = u32();
            if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
                throw damaged("the tensor " + JsonFile.shortened(name) + " has " + Integer.toUnsignedString(dimensions)
                        + " dimensions");
            }
            long[] shape = new long[dimensions];
            long values = 1;
            for (int i = dimensions - 1; i >= 0; i--) {
                shape[i] = u64();
                if (shape[i] < 1 || shape[i] > Long.MAX_VALUE / values / 8) {
                    throw damaged("the tensor " + JsonFile.shortened(name) + " has a dimension of "
                            + Long.toUnsignedString(shape[i]));
                }
                values *= shape[i];
            }
            GgufType type = GgufType.of(u32(), name, file);
            long offset = u64();
            if (offset < 0 || offset > size) {
                throw damaged(
                        "the tensor " + JsonFile.shortened(name) + " lies at byte " + Long.toUnsignedString(offset));
            }
            Gguf.requireWholeBlocks(type, shape, name, file);
            return new TensorInfo(name, type, shape, offset);
        }

        private Object value(int type, String key) throws IOException {
            return switch (type) {
                case 0 -> (long) (byte_() & 0xff);
                case 1 -> (long) byte_();
                case 2 -> (long) (need(2).getShort() & 0xffff);
                case 3 -> (long) need(2).getShort();
                case 4 -> u32() & 0xffffffffL;
                case 5 -> (long) u32();
                case 6 -> (double) Float.intBitsToFloat(u32());
                case 7 -> byte_() != 0;
                case 8 -> text();
                case 9 -> list(key);
                case 10, 11 -> u64();
                case 12 -> Double.longBitsToDouble(u64());
                default ->
                    throw damaged("the setting " + JsonFile.shortened(key) + " has the type "
                            + Integer.toUnsignedString(type));
            };
        }

        private Object list(String key) throws IOException {
            int type = u32();
            if (type == 9) {
                throw damaged("the setting " + JsonFile.shortened(key) + " is a list of lists");
            }
            long count = count(MAX_LISTED, type == 8 ? 8 : 1, "values in the setting " + JsonFile.shortened(key));
            listed += count;
            if (listed > MAX_LISTED) {
                throw damaged("its lists have more than " + MAX_LISTED + " values together");
            }
            return switch (type) {
                case 6, 12 -> {
                    double[] values = new double[(int) count];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (double) value(type, key);
                    }
                    yield values;
                }
                case 7, 8 -> {
                    List<Object> values = new ArrayList<>((int) count);
                    for (long i = 0; i < count; i++) {
                        values.add(value(type, key));
                    }
                    yield values;
                }
                default -> {
                    long[] values = new long[(int) count];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (long) value(type, key);
                    }
                    yield values;
                }
            };
        }

        private String text() throws IOException {
            long length = count(MAX_TEXT, 1, "bytes of a text");
            textBytes += length;
            if (textBytes > MAX_TEXTS) {
                throw damaged("its texts have more than " + MAX_TEXTS + " bytes together");
            }
            byte[] bytes = new byte[(int) length];
            int at = 0;
            while (at < bytes.length) {
                int n = Math.min(bytes.length - at, buffer.capacity());
                need(n).get(bytes, at, n);
                at += n;
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** A count that the rest of the file can hold. */
        private long count(long most, int smallest, String what) throws IOException {
            long count = u64();
            if (count < 0 || count > most || count > (size - consumed) / smallest) {
                throw damaged("it says that it has " + Long.toUnsignedString(count) + " " + what);
            }
            return count;
        }

        private byte byte_() throws IOException {
            return need(1).get();
        }

        private int u32() throws IOException {
            return need(4).getInt();
        }

        private long u64() throws IOException {
            return need(8).getLong();
        }

        /** The buffer with at least so many bytes, which count as consumed. */
        private ByteBuffer need(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                buffer.compact();
                while (buffer.position() < bytes) {
                    if (channel.read(buffer) < 0) {
                        throw damaged("it ends after " + size + " bytes, in the middle of its header");
                    }
                }
                buffer.flip();
            }
            consumed += bytes;
            return buffer;
        }

        private WeightException damaged(String what) {
            return new WeightException(file + " is damaged: " + what + "; copy or download it again");
        }
    }
}
