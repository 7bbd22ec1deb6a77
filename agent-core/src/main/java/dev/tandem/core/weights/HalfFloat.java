package dev.tandem.core.weights;

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

    /** Every float16 as a float32, by its bits. */
    private static final float[] FLOAT16 = new float[1 << 16];

    static {
        for (int bits = 0; bits < FLOAT16.length; bits++) {
            int sign = bits >> 15 << 31;
            int exponent = bits >> 10 & 31;
            int fraction = bits & 0x3ff;
            float small = fraction * 0x1p-24f;
            int wide = exponent == 31 ? 255 : exponent + 112;
            FLOAT16[bits] = exponent == 0
                    ? (sign == 0 ? small : -small)
                    : Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
        }
    }

    /** The value of a float16, exactly. */
    static float value(short bits) {
        return FLOAT16[bits & 0xffff];
    }

    /** Widens float16 values, exactly. */
    static void widenFloat16(short[] halves, float[] floats, int count) {
        for (int i = 0; i < count; i++) {
            floats[i] = FLOAT16[halves[i] & 0xffff];
        }
    }

    /** Widens bfloat16 values, exactly. */
    static void widenBfloat16(short[] halves, float[] floats, int count) {
        for (int i = 0; i < count; i++) {
            floats[i] = Float.intBitsToFloat(halves[i] << 16);
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
