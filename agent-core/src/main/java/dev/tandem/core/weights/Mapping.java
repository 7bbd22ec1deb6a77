package dev.tandem.core.weights;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Part of a file in memory, given back when it is closed. Java 17 leaves unmapping to the garbage collector, so that a file's pages
 * would count as the process's own until long after the last tensor is copied.
 */
final class Mapping implements AutoCloseable {

    private static final @Nullable Unmapper UNMAPPER = Unmapper.find();

    private final MappedByteBuffer buffer;

    private Mapping(MappedByteBuffer buffer) {
        this.buffer = buffer;
    }

    static Mapping of(FileChannel channel, long position, long bytes) throws IOException {
        return new Mapping(channel.map(FileChannel.MapMode.READ_ONLY, position, bytes));
    }

    /** The bytes, little-endian; not to be touched after {@link #close()}. */
    ByteBuffer bytes() {
        return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        if (UNMAPPER != null) {
            UNMAPPER.unmap(buffer);
        }
    }

    /** {@code sun.misc.Unsafe.invokeCleaner}, which the JDK exports for this purpose; where it is gone, the collector unmaps. */
    private record Unmapper(Object unsafe, Method cleaner) {

        static @Nullable Unmapper find() {
            try {
                Class<?> type = Class.forName("sun.misc.Unsafe");
                Field field = type.getDeclaredField("theUnsafe");
                field.setAccessible(true);
                return new Unmapper(field.get(null), type.getMethod("invokeCleaner", ByteBuffer.class));
            } catch (ReflectiveOperationException | RuntimeException e) {
                return null;
            }
        }

        void unmap(MappedByteBuffer buffer) {
            try {
                cleaner.invoke(unsafe, buffer);
            } catch (ReflectiveOperationException e) {
                // the collector unmaps it
            }
        }
    }
}
