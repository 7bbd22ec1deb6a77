package dev.tandem.core.weights;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * GGUF's plain numbers and its blocks of 32 values: a scale in float16, with {@code _1} a smallest value too, then the integers; of 4-bit
 * ones the first 16 in the low halves of the bytes. As ggml's {@code dequantize_row_*} computes them.
 */
final class SmallBlocks {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** What four bits stand for in IQ4_NL and IQ4_XS: steps that are finer near zero. */
    static final float[] UNEVEN = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private SmallBlocks() {}

    /** A float16 at a place. */
    static float half(byte[] in, int at) {
        return HalfFloat.value((short) SHORT.get(in, at));
    }

    static int u16(byte[] in, int at) {
        return (short) SHORT.get(in, at) & 0xffff;
    }

    static void f32(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat((int) INT.get(in, 4 * i));
        }
    }

    static void f16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = half(in, 2 * i);
        }
    }

    static void bf16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat(u16(in, 2 * i) << 16);
        }
    }

    static void q4_0(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 18;
            int to = block * 32;
            float d = half(in, at);
            for (int i = 0; i < 16; i++) {
                int q = in[at + 2 + i];
                out[to + i] = ((q & 15) - 8) * d;
                out[to + i + 16] = ((q >> 4 & 15) - 8) * d;
            }
        }
    }

    static void q4_1(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 20;
            int to = block * 32;
            float d = half(in, at);
            float least = half(in, at + 2);
            for (int i = 0; i < 16; i++) {
                int q = in[at + 4 + i];
                out[to + i] = (q & 15) * d + least;
                out[to + i + 16] = (q >> 4 & 15) * d + least;
            }
        }
    }

    static void q5_0(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 22;
            int to = block * 32;
            float d = half(in, at);
            int high = (int) INT.get(in, at + 2);
            for (int i = 0; i < 16; i++) {
                int q = in[at + 6 + i];
                out[to + i] = ((q & 15 | (high >>> i & 1) << 4) - 16) * d;
                out[to + i + 16] = ((q >> 4 & 15 | (high >>> i + 16 & 1) << 4) - 16) * d;
            }
        }
    }

    static void q5_1(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 24;
            int to = block * 32;
            float d = half(in, at);
            float least = half(in, at + 2);
            int high = (int) INT.get(in, at + 4);
            for (int i = 0; i < 16; i++) {
                int q = in[at + 8 + i];
                out[to + i] = (q & 15 | (high >>> i & 1) << 4) * d + least;
                out[to + i + 16] = (q >> 4 & 15 | (high >>> i + 16 & 1) << 4) * d + least;
            }
        }
    }

    static void q8_0(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 34;
            int to = block * 32;
            float d = half(in, at);
            for (int i = 0; i < 32; i++) {
                out[to + i] = in[at + 2 + i] * d;
            }
        }
    }

    static void iq4_nl(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            uneven(in, block * 18 + 2, half(in, block * 18), out, block * 32);
        }
    }

    /** 32 values of four bits, by the table. */
    static void uneven(byte[] in, int at, float d, float[] out, int to) {
        for (int i = 0; i < 16; i++) {
            int q = in[at + i];
            out[to + i] = d * UNEVEN[q & 15];
            out[to + i + 16] = d * UNEVEN[q >> 4 & 15];
        }
    }
}
