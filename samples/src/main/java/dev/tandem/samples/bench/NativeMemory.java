package dev.tandem.samples.bench;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Structure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * What the process holds outside the Java heap. Tensors come from the C library's allocator, and glibc says how many bytes it has handed
 * out; other C libraries don't, and then nothing is known but, on Linux, the resident set.
 */
final class NativeMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final LongSupplier ALLOCATED = allocated();

    private NativeMemory() {}

    /** glibc's {@code struct mallinfo2}, of which two of ten numbers are of use. */
    @Structure.FieldOrder("values")
    public static final class MallInfo extends Structure implements Structure.ByValue {

        private static final int MAPPED = 4; // hblkhd: bytes in blocks that have a mapping of their own
        private static final int USED = 7; // uordblks: bytes in use in all arenas

        public long[] values = new long[10];

        long bytes() {
            return values[MAPPED] + values[USED];
        }
    }

    private static LongSupplier allocated() {
        try {
            Function function = NativeLibrary.getInstance("c").getFunction("mallinfo2");
            LongSupplier supplier = () -> {
                MallInfo info = (MallInfo) function.invoke(MallInfo.class, new Object[0]);
                long bytes = info.bytes();
                ((Memory) info.getPointer()).close(); // not when the garbage collector comes by: that would be counted
                return bytes;
            };
            long unused = supplier.getAsLong(); // fails here where there is no such function
            return supplier;
        } catch (UnsatisfiedLinkError e) {
            return () -> -1;
        }
    }

    /** Bytes that the C library's allocator has handed out, those of the virtual machine's own structures included. */
    static OptionalLong allocatedBytes() {
        long bytes = ALLOCATED.getAsLong();
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    /** The resident set; empty where there is no {@code /proc}. */
    static OptionalLong residentBytes() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Looks again and again, on a thread of its own, and keeps the most. What is there for less than a tenth of a millisecond may escape it. */
    static final class Peak implements AutoCloseable {

        private final Thread thread = new Thread(this::look, "native-memory");
        private volatile boolean over;
        private volatile long most;
        private long start;

        /** Starts to look. */
        Peak() {
            begin();
            thread.setDaemon(true);
            thread.start();
        }

        private void look() {
            while (!over) {
                note();
                LockSupport.parkNanos(20_000);
            }
        }

        private synchronized void note() {
            most = Math.max(most, ALLOCATED.getAsLong());
        }

        /** Forgets what was, and counts from here. */
        synchronized void begin() {
            start = ALLOCATED.getAsLong();
            most = start;
        }

        /** Most bytes above those at {@link #begin}. */
        long bytes() {
            note();
            return most - start;
        }

        @Override
        public void close() {
            over = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * How much more than before is allocated while something runs; empty where that is not known. It runs several times, and the least is taken:
     * what the virtual machine allocates for itself by chance, such as to compile, is counted too. It also frees by chance, so a run that seems
     * to take less than it must is left out.
     *
     * @param must bytes that it surely holds at one time
     */
    static OptionalLong peakOf(Runnable work, int runs, long must) {
        if (allocatedBytes().isEmpty()) {
            return OptionalLong.empty();
        }
        try (Peak peak = new Peak()) {
            long[] peaks = new long[runs];
            for (int i = 0; i < runs; i++) {
                peak.begin();
                work.run();
                peaks[i] = peak.bytes();
            }
            return Arrays.stream(peaks).filter(bytes -> bytes >= must).min();
        }
    }

    static double megabytes(long bytes) {
        return Math.round(bytes / 1e4) / 100.0;
    }
}
