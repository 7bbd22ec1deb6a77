package dev.tandem.core.weights;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A GGUF file (github.com/ggml-org/ggml, docs/gguf.md): settings, tokens and quantised tensors of a language model in one. Settings and
 * the places of tensors are read and checked when the file is opened; a tensor's values become float32 in pieces when it is read.
 *
 * <p>Nothing stays open between calls. Safe for use by several threads.
 */
public final class Gguf {

    private static final Map<Class<?>, String> KINDS = Map.of(
            Long.class, "a whole number",
            Number.class, "a number",
            Boolean.class, "true or false",
            String.class, "a text",
            List.class, "a list of texts",
            long[].class, "a list of whole numbers",
            double[].class, "a list of numbers");

    private static final int MAX_HEAP_VALUES = 1 << 20;

    /** Values that are decoded at a time: whole blocks of every type, and few enough for a processor's cache. */
    private static final int VALUES_AT_ONCE = 1 << 14;

    private static final ThreadLocal<Decoding> DECODING = ThreadLocal.withInitial(Decoding::new);

    private static final class Decoding {
        final ByteBuffer bytes =
                ByteBuffer.allocate(VALUES_AT_ONCE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final float[] values = new float[VALUES_AT_ONCE];
    }

    /**
     * Where a tensor lies.
     *
     * @param type how its values are stored
     * @param shape as PyTorch has it: the last dimension is the innermost
     * @param start first byte in the file
     */
    @SuppressWarnings("ArrayRecordComponent") // package-private, cloned before it leaves
    record Entry(GgufType type, long[] shape, long start) {

        long bytes() {
            return Shapes.size(shape) / type.blockValues() * type.blockBytes();
        }
    }

    private final Path file;
    private final Map<String, Object> settings;
    private final Map<String, Entry> tensors;

    private Gguf(Path file, Map<String, Object> settings, Map<String, Entry> tensors) {
        this.file = file;
        this.settings = settings;
        this.tensors = tensors;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws WeightException if it is missing, unreadable, damaged, of another format, or stores tensors in a way that is not supported
     */
    public static Gguf open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new WeightException(
                    Files.exists(file) ? file + " is a folder, not a GGUF file" : "there is no file " + file);
        }
        try (FileChannel channel = FileChannel.open(file)) {
            GgufHeader header = GgufHeader.read(channel, file.toString());
            Map<String, Entry> tensors = new LinkedHashMap<>();
            long size = channel.size();
            for (GgufHeader.TensorInfo info : header.tensors()) {
                Entry entry = new Entry(info.type(), info.shape(), header.dataStart() + info.offset());
                if (entry.start() < header.dataStart() || entry.bytes() > size - entry.start()) {
                    throw new WeightException(file + " is damaged: the tensor " + JsonFile.shortened(info.name())
                            + " lies at bytes " + entry.start() + " to " + (entry.start() + entry.bytes())
                            + " of a file of " + size + "; copy or download it again");
                }
                if (tensors.put(info.name(), entry) != null) {
                    throw new WeightException(
                            file + " is damaged: it has the tensor " + JsonFile.shortened(info.name()) + " twice");
                }
            }
            return new Gguf(file, header.settings(), tensors);
        } catch (IOException e) {
            throw new WeightException("cannot read " + file + " (" + e.getMessage() + ")", e);
        }
    }

    public Path file() {
        return file;
    }

    /** Names of all tensors. */
    public Set<String> keys() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    public boolean has(String key) {
        return tensors.containsKey(key);
    }

    /** A tensor's shape, the last dimension innermost. */
    public long[] shape(String key) {
        return entry(key).shape().clone();
    }

    /** How a tensor's values are stored. */
    public GgufType type(String key) {
        return entry(key).type();
    }

    /** A setting that is a text. */
    public Optional<String> text(String key) {
        return value(key, String.class);
    }

    /** A setting that is a whole number. */
    public Optional<Long> integer(String key) {
        return value(key, Long.class);
    }

    /** A setting that is a number, whole or not. */
    public Optional<Double> number(String key) {
        return value(key, Number.class).map(Number::doubleValue);
    }

    /** A setting that is true or false. */
    public Optional<Boolean> flag(String key) {
        return value(key, Boolean.class);
    }

    /** A setting that is a list of texts; empty where there is none. */
    public List<String> texts(String key) {
        List<?> values = value(key, List.class).orElse(List.of());
        if (!values.isEmpty() && values.get(0) instanceof Boolean) {
            throw new WeightException(file + ": the setting " + key + " is a list of flags where Tandem expects texts");
        }
        return values.stream().map(String.class::cast).toList();
    }

    /** A setting that is a list of whole numbers; empty where there is none. */
    public List<Long> integers(String key) {
        return Arrays.stream(value(key, long[].class).orElse(new long[0]))
                .boxed()
                .toList();
    }

    /** A setting that is a list of numbers; empty where there is none. */
    public List<Double> numbers(String key) {
        return Arrays.stream(value(key, double[].class).orElse(new double[0]))
                .boxed()
                .toList();
    }

    private <T> Optional<T> value(String key, Class<T> type) {
        Object value = settings.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new WeightException(file + ": the setting " + key + " is " + described(value)
                    + " where Tandem expects " + KINDS.get(type));
        }
        return Optional.of(type.cast(value));
    }

    private static String described(Object value) {
        if (value instanceof Long || value instanceof Double || value instanceof Boolean) {
            return String.valueOf(value);
        }
        if (value instanceof String text) {
            return "the text '" + JsonFile.shortened(text) + "'";
        }
        return value instanceof long[]
                ? "a list of whole numbers"
                : value instanceof double[] ? "a list of numbers" : "a list of texts or flags";
    }

    private Entry entry(String key) {
        Entry entry = tensors.get(key);
        if (entry == null) {
            throw new WeightException(file + " has no tensor " + key + "; it holds " + tensors.size() + " tensors");
        }
        return entry;
    }

    /** Reads a tensor as float32, owned by the current scope. */
    public Tensor read(TensorEngine engine, String key) {
        Entry entry = entry(key);
        try (FileChannel channel = FileChannel.open(file)) {
            return engine.written(
                    DType.FLOAT32,
                    (piece, start) -> {
                        FloatBuffer out = piece.asFloatBuffer();
                        decode(channel, entry, start / Float.BYTES, out.remaining(), out::put);
                    },
                    entry.shape());
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(e);
        }
    }

    /** Reads a small tensor, of at most {@value #MAX_HEAP_VALUES} values, onto the heap. */
    public float[] values(String key) {
        Entry entry = entry(key);
        long count = Shapes.size(entry.shape());
        if (count > MAX_HEAP_VALUES) {
            throw new WeightException(
                    file + ": the tensor " + JsonFile.shortened(key) + " has " + count + " values, more than expected");
        }
        FloatBuffer values = FloatBuffer.allocate((int) count);
        try (FileChannel channel = FileChannel.open(file)) {
            decode(channel, entry, 0, (int) count, values::put);
            return values.array();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(e);
        }
    }

    /** Takes some values out of an array, from its beginning. */
    private interface Sink {
        void put(float[] values, int from, int count);
    }

    /** Reads and decodes a run of whole blocks, a piece that stays in a processor's cache at a time. */
    private void decode(FileChannel channel, Entry entry, long first, int count, Sink sink) {
        GgufType type = entry.type();
        Decoding memory = DECODING.get();
        long at = entry.start() + first / type.blockValues() * type.blockBytes();
        for (int done = 0; done < count; done += VALUES_AT_ONCE) {
            int values = Math.min(VALUES_AT_ONCE, count - done);
            int bytes = values / type.blockValues() * type.blockBytes();
            readFully(channel, memory.bytes.clear().limit(bytes), at);
            type.decode(memory.bytes.array(), memory.values, values);
            sink.put(memory.values, 0, values);
            at += bytes;
        }
    }

    private void readFully(FileChannel channel, ByteBuffer buffer, long position) {
        try {
            long at = position;
            while (buffer.hasRemaining()) {
                int n = channel.read(buffer, at);
                if (n < 0) {
                    throw new EOFException("it ends at byte " + at);
                }
                at += n;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private WeightException unreadable(Exception e) {
        Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        return new WeightException("cannot read " + file + " (" + cause.getMessage() + ")", e);
    }

    /** For parameters of a header: what a row of values must be a multiple of. */
    static void requireWholeBlocks(GgufType type, long[] shape, String name, String file) {
        long row = shape.length == 0 ? 1 : shape[shape.length - 1];
        if (row % type.blockValues() != 0) {
            throw new WeightException(file + " is damaged: rows of the tensor " + JsonFile.shortened(name) + " have "
                    + row + " values, but " + type + " stores blocks of " + type.blockValues());
        }
    }
}
