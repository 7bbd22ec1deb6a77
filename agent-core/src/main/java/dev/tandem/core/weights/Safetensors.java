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
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file (github.com/huggingface/safetensors): eight bytes of length, a JSON header, the values. The header is checked
 * when the file is opened; values are mapped into memory in pieces and copied tensor by tensor, so that loading takes the tensors'
 * own memory and one piece.
 *
 * <p>Nothing stays open between calls. Safe for use by several threads.
 */
public final class Safetensors {

    private static final Map<String, DType> TYPES = Map.of(
            "F32", DType.FLOAT32,
            "F16", DType.FLOAT16,
            "BF16", DType.BFLOAT16,
            "I64", DType.INT64,
            "I32", DType.INT32,
            "I8", DType.INT8,
            "U8", DType.UINT8,
            "BOOL", DType.BOOL);

    /** Bytes mapped at a time; a multiple of every element's size. */
    private static final long PIECE = 16L << 20;

    /** Elements of bfloat16 widened at a time. */
    private static final long BFLOAT16_PIECE = 1 << 20;

    /** Reused, because the memory of a direct buffer is returned only when the garbage collector gets to it. */
    private static final ThreadLocal<ByteBuffer> WIDENED =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect((int) BFLOAT16_PIECE * Float.BYTES));

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
        } catch (IOException e) {
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
     * Reads a tensor with the file's element type, owned by the current scope; bfloat16, which not every engine holds, as float32.
     *
     * @throws WeightException if there is no such key, or the file has changed since it was opened
     */
    public Tensor read(TensorEngine engine, String key) {
        DType stored = dtype(key);
        return read(engine, key, stored == DType.BFLOAT16 ? DType.FLOAT32 : stored);
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
            if (stored == dtype && stored != DType.BFLOAT16 && bytes <= PIECE) {
                return piece(engine, channel, position, bytes, stored, entry.shape());
            }
            Tensor whole = engine.zeros(dtype, entry.shape());
            long elements = Shapes.size(entry.shape());
            long pieceElements = stored == DType.BFLOAT16 ? BFLOAT16_PIECE : PIECE / stored.bytes();
            for (long done = 0; done < elements; done += pieceElements) {
                long count = Math.min(pieceElements, elements - done);
                try (Scope scope = engine.scope()) {
                    Tensor values = piece(
                            engine, channel, position + done * stored.bytes(), count * stored.bytes(), stored, count);
                    whole.reshape(elements).narrow(0, done, count).set(values);
                }
            }
            return whole;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Tensor piece(
            TensorEngine engine, FileChannel channel, long position, long bytes, DType dtype, long... shape)
            throws IOException {
        try (Mapping mapping = Mapping.of(channel, position, bytes)) {
            if (dtype != DType.BFLOAT16) {
                return engine.tensor(mapping.bytes(), dtype, shape);
            }
            ByteBuffer floats =
                    WIDENED.get().clear().limit((int) bytes * 2).slice().order(ByteOrder.nativeOrder());
            HalfFloat.widenBfloat16(mapping.bytes(), floats);
            return engine.tensor(floats, DType.FLOAT32, shape);
        }
    }

    private SafetensorsHeader.Entry entry(String key) {
        SafetensorsHeader.@Nullable Entry entry = header.tensors().get(key);
        if (entry == null) {
            throw new WeightException(file + " has no tensor " + key);
        }
        return entry;
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, position + into.position()) < 0) {
                throw new EOFException("it ends too early");
            }
        }
    }

    private static WeightException unreadable(Path file, IOException e) {
        String reason = String.format(Locale.ROOT, "%s: %s", e.getClass().getSimpleName(), e.getMessage());
        return new WeightException("cannot read " + file + " (" + reason + ")", e);
    }
}
