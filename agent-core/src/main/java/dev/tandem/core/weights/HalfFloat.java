package dev.tandem.core.weights;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;

/** Between float32 and the 16-bit types; rounds to the nearest value and ties to even, as IEEE 754 and PyTorch do. */
final class HalfFloat {

    private static final int INFINITY = 0x7f800000;

    private HalfFloat() {}

    /** Bits of the nearest float16: 5 bits of exponent, 10 of mantissa. */
    static short float16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > INFINITY) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 0x47800000) { // 65536 and more; what rounds up to it carries over by itself below
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) { // below 2^-14: multiples of 2^-24, exact in a double
            return (short) (sign | (int) Math.rint(Math.scalb((double) Math.abs(value), 24)));
        }
        int rebiased = magnitude - (112 << 23);
        return (short) (sign | (rebiased + 0xfff + (rebiased >>> 13 & 1)) >>> 13);
    }

    /** Widens little-endian bfloat16 values, exactly, into a buffer of twice their bytes. */
    static void widenBfloat16(ByteBuffer halves, ByteBuffer floats) {
        ShortBuffer from = halves.asShortBuffer();
        IntBuffer to = floats.asIntBuffer();
        int count = from.remaining();
        for (int i = 0; i < count; i++) {
            to.put(i, from.get(i) << 16);
        }
    }

    /** Bits of the nearest bfloat16: float32's exponent, 7 bits of mantissa. */
    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fffffff) > INFINITY) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }
}
