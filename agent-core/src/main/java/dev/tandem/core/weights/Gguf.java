package dev.tandem.core.weights;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    private static final long PIECE = 8L << 20;
    private static final int MAX_HEAP_VALUES = 1 << 20;

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
        return list(key, String.class);
    }

    /** A setting that is a list of whole numbers; empty where there is none. */
    public List<Long> integers(String key) {
        return list(key, Long.class);
    }

    /** A setting that is a list of numbers; empty where there is none. */
    public List<Double> numbers(String key) {
        return list(key, Double.class);
    }

    private <T> Optional<T> value(String key, Class<T> type) {
        Object value = settings.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new WeightException(file + ": the setting " + key + " is " + JsonFile.shortened(String.valueOf(value))
                    + ", which is no " + type.getSimpleName());
        }
        return Optional.of(type.cast(value));
    }

    private <T> List<T> list(String key, Class<T> type) {
        List<?> values = value(key, List.class).orElse(List.of());
        for (Object value : values) {
            if (!type.isInstance(value)) {
                throw new WeightException(
                        file + ": the setting " + key + " is no list of " + type.getSimpleName() + " values");
            }
        }
        return values.stream().map(type::cast).toList();
    }

    private Entry entry(String key) {
        Entry entry = tensors.get(key);
        if (entry == null) {
            throw new WeightException(file + " has no tensor " + key + "; it holds " + tensors.size() + " tensors"
                    + tensors.keySet().stream().limit(3).toList());
        }
        return entry;
    }

    /** Reads a tensor as float32, owned by the current scope. */
    public Tensor read(TensorEngine engine, String key) {
        Entry entry = entry(key);
        long[] shape = entry.shape();
        long row = shape.length == 0 ? 1 : shape[shape.length - 1];
        long rows = Shapes.size(shape) / row;
        long rowBytes = row / entry.type().blockValues() * entry.type().blockBytes();
        long rowsAtOnce = Math.max(1, Math.min(rows, PIECE / Math.max(1, row * Float.BYTES)));
        try (FileChannel channel = FileChannel.open(file);
                Scope scope = engine.scope()) {
            Tensor whole = engine.zeros(DType.FLOAT32, rows, row);
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.toIntExact(rowsAtOnce * rowBytes)).order(ByteOrder.LITTLE_ENDIAN);
            float[] values = new float[Math.toIntExact(rowsAtOnce * row)];
            for (long first = 0; first < rows; first += rowsAtOnce) {
                long count = Math.min(rowsAtOnce, rows - first);
                bytes.clear().limit(Math.toIntExact(count * rowBytes));
                readFully(channel, bytes, entry.start() + first * rowBytes);
                entry.type().decode(bytes.flip(), values, Math.toIntExact(count * row));
                float[] piece = count == rowsAtOnce ? values : Arrays.copyOf(values, Math.toIntExact(count * row));
                try (Scope step = engine.scope()) {
                    whole.narrow(0, first, count).set(engine.tensor(piece, count, row));
                }
            }
            return scope.keep(whole.reshape(shape));
        } catch (IOException e) {
            throw new WeightException("cannot read " + file + " (" + e.getMessage() + ")", e);
        }
    }

    /** Reads a small tensor, of at most {@value #MAX_HEAP_VALUES} values, onto the heap. */
    public float[] values(String key) {
        Entry entry = entry(key);
        long count = Shapes.size(entry.shape());
        if (count > MAX_HEAP_VALUES) {
            throw new WeightException(file + ": the tensor " + key + " has " + count + " values, more than expected");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.toIntExact(entry.bytes())).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, bytes, entry.start());
            float[] values = new float[Math.toIntExact(count)];
            entry.type().decode(bytes.flip(), values, values.length);
            return values;
        } catch (IOException e) {
            throw new WeightException("cannot read " + file + " (" + e.getMessage() + ")", e);
        }
    }

    private void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int n = channel.read(buffer, at);
            if (n < 0) {
                throw new EOFException(file + " ends at byte " + at);
            }
            at += n;
        }
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
