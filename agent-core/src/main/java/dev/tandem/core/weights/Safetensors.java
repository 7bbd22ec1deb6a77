package dev.tandem.core.weights;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
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
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file (github.com/huggingface/safetensors): eight bytes of length, a JSON header, the values. The header is checked
 * when the file is opened; values are read straight into the memory of their tensors, so that loading takes no memory beside it.
 *
 * <p>Nothing stays open between calls. Safe for use by several threads.
 */
public final class Safetensors {

    private static final Map<String, DType> TYPES = Map.ofEntries(
            Map.entry("F32", DType.FLOAT32),
            Map.entry("F16", DType.FLOAT16),
            Map.entry("BF16", DType.BFLOAT16),
            Map.entry("F8_E4M3", DType.FLOAT8_E4M3FN),
            Map.entry("F8_E5M2", DType.FLOAT8_E5M2),
            Map.entry("I64", DType.INT64),
            Map.entry("I32", DType.INT32),
            Map.entry("I8", DType.INT8),
            Map.entry("U8", DType.UINT8),
            Map.entry("BOOL", DType.BOOL));

    /** Values that are read and widened at a time: they stay in a processor's cache. */
    private static final int AT_ONCE = 1 << 15;

    private static final ThreadLocal<Widening> WIDENING = ThreadLocal.withInitial(Widening::new);

    /** Reused, because the memory of a direct buffer is returned only when the garbage collector gets to it. */
    private static final class Widening {
        final ByteBuffer bytes =
                ByteBuffer.allocateDirect(AT_ONCE * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final short[] halves = new short[AT_ONCE];
        final byte[] quarters = new byte[AT_ONCE];
        final float[] floats = new float[AT_ONCE];
    }

    private static final int LENGTH_BYTES = Long.BYTES;

    private final Path file;
    private final SafetensorsHeader header;
    private final long fileBytes;
    private final long dataStart;

    private Safetensors(Path file, SafetensorsHeader header, long fileBytes, long dataStart) {
        this.file = file;
        this.header = header;
        this.fileBytes = fileBytes;
        this.dataStart = dataStart;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws WeightException if it is missing, unreadable, damaged, or of another format; pickle files are refused
     */
    public static Safetensors open(Path file) {
        Pickle.refuse(file);
        if (!Files.isRegularFile(file)) {
            throw new WeightException(
                    Files.exists(file) ? file + " is a folder, not a safetensors file" : "there is no file " + file);
        }
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (size < LENGTH_BYTES) {
                throw new WeightException(
                        file + " is damaged: it has only " + size + " bytes; copy or download it again");
            }
            readFully(channel, start, 0);
            Pickle.refuse(file, start);
            long length = start.getLong(0);
            if (length < 0 || length > SafetensorsHeader.MAX_BYTES || length > size - LENGTH_BYTES) {
                throw new WeightException(
                        file + " is damaged or no safetensors file: it begins with a header length of "
                                + Long.toUnsignedString(length) + " bytes in a file of " + size
                                + "; copy or download it again");
            }
            ByteBuffer json = ByteBuffer.allocate((int) length);
            readFully(channel, json, LENGTH_BYTES);
            long dataStart = LENGTH_BYTES + length;
            return new Safetensors(
                    file, SafetensorsHeader.parse(json.array(), size - dataStart, file.toString()), size, dataStart);
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(file, e);
        }
    }

    public Path file() {
        return file;
    }

    /** All keys, in the order of the values in the file. */
    public Set<String> keys() {
        return Collections.unmodifiableSet(header.tensors().keySet());
    }

    public boolean has(String key) {
        return header.tensors().containsKey(key);
    }

    /** The free texts of the header, such as {@code format}: {@code pt}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** A tensor's shape. */
    public long[] shape(String key) {
        return entry(key).shape().clone();
    }

    /**
     * A tensor's element type in the file.
     *
     * @throws WeightException if Tandem does not compute with it (F64, for instance)
     */
    public DType dtype(String key) {
        String name = entry(key).dtype();
        DType dtype = TYPES.get(name);
        if (dtype == null) {
            throw new WeightException(file + " holds " + key + " as " + name
                    + ", which Tandem does not read; convert it to F32, F16 or BF16");
        }
        return dtype;
    }

    /**
     * Reads a tensor with the file's element type, owned by the current scope; bfloat16 and floating types of 8 bits, which not every
     * engine holds, as float32.
     *
     * @throws WeightException if there is no such key, or the file has changed since it was opened
     */
    public Tensor read(TensorEngine engine, String key) {
        DType stored = dtype(key);
        boolean held = !stored.isFloating() || stored == DType.FLOAT32 || stored == DType.FLOAT16;
        return read(engine, key, held ? stored : DType.FLOAT32);
    }

    /**
     * Reads a tensor and converts it, piece by piece, so that the file's type never takes a tensor of its own.
     *
     * @param dtype element type of the result
     * @throws WeightException if there is no such key, or the file has changed since it was opened
     */
    public Tensor read(TensorEngine engine, String key, DType dtype) {
        SafetensorsHeader.Entry entry = entry(key);
        DType stored = dtype(key);
        long bytes = entry.end() - entry.start();
        if (bytes == 0) {
            return engine.zeros(dtype, entry.shape());
        }
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() != fileBytes) {
                throw new WeightException(file + " changed while it was being read; load the model again");
            }
            long position = dataStart + entry.start();
            if (stored == dtype) {
                return engine.written(
                        dtype, (piece, start) -> readFully(channel, piece, position + start), entry.shape());
            }
            if (stored.isFloating() && dtype == DType.FLOAT32) {
                int part = Float.BYTES / stored.bytes();
                return engine.written(
                        dtype, (piece, start) -> widen(channel, stored, position + start / part, piece), entry.shape());
            }
            try (Scope scope = engine.scope()) {
                return scope.keep(read(engine, key).to(dtype));
            }
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(file, e);
        }
    }

    private static void widen(FileChannel channel, DType stored, long position, ByteBuffer floats) {
        FloatBuffer out = floats.asFloatBuffer();
        Widening memory = WIDENING.get();
        long at = position;
        while (out.hasRemaining()) {
            int count = Math.min(AT_ONCE, out.remaining());
            memory.bytes.clear().limit(count * stored.bytes());
            readFully(channel, memory.bytes, at);
            memory.bytes.flip();
            switch (stored) {
                case FLOAT16 -> HalfFloat.widenFloat16(halves(memory, count), memory.floats, count);
                case BFLOAT16 -> HalfFloat.widenBfloat16(halves(memory, count), memory.floats, count);
                case FLOAT8_E4M3FN -> Float8.widenE4m3(quarters(memory, count), memory.floats, count);
                case FLOAT8_E5M2 -> Float8.widenE5m2(quarters(memory, count), memory.floats, count);
                default -> throw new IllegalStateException(stored + " is not narrower than float32");
            }
            out.put(memory.floats, 0, count);
            at += (long) count * stored.bytes();
        }
    }

    private static short[] halves(Widening memory, int count) {
        memory.bytes.asShortBuffer().get(memory.halves, 0, count);
        return memory.halves;
    }

    private static byte[] quarters(Widening memory, int count) {
        memory.bytes.get(memory.quarters, 0, count);
        return memory.quarters;
    }

    private SafetensorsHeader.Entry entry(String key) {
        SafetensorsHeader.@Nullable Entry entry = header.tensors().get(key);
        if (entry == null) {
            throw new WeightException(file + " has no tensor " + key);
        }
        return entry;
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long position) {
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, position + into.position()) < 0) {
                    throw new EOFException("it ends too early");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static WeightException unreadable(Path file, Exception e) {
        Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        String reason = String.format(Locale.ROOT, "%s: %s", cause.getClass().getSimpleName(), cause.getMessage());
        return new WeightException("cannot read " + file + " (" + reason + ")", e);
    }
}
