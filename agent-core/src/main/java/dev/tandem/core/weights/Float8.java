package dev.tandem.core.weights;

/**
 * Between float32 and the 8-bit types of Micikevicius et al. 2022, "FP8 Formats for Deep Learning"; rounds to the nearest value and ties to even, as
 * PyTorch does.
 */
final class Float8 {

    private static final int NAN_E4M3 = 0x7f;

    private static final float[] E4M3 = new float[1 << 8];
    private static final float[] E5M2 = new float[1 << 8];

    static {
        for (int bits = 0; bits < E4M3.length; bits++) {
            int exponent = bits >> 3 & 15;
            int fraction = bits & 7;
            float size = exponent == 0 ? fraction * 0x1p-9f : Math.scalb(8f + fraction, exponent - 10);
            boolean number = (bits & NAN_E4M3) != NAN_E4M3;
            E4M3[bits] = number ? (bits < 128 ? size : -size) : Float.NaN;
            E5M2[bits] = HalfFloat.value((short) (bits << 8)); // float16 without its last eight bits
        }
    }

    private Float8() {}

    /** Bits of the nearest value with 4 bits of exponent, 3 of mantissa; NaN for what rounds to more than 448, for there are no infinities. */
    static byte e4m3(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 24 & 0x80;
        int magnitude = bits & 0x7fffffff;
        if (magnitude < 0x3c800000) { // below 2^-6: multiples of 2^-9, exact in a float
            return (byte) (sign | (int) Math.rint(Math.abs(value) * 0x1p9f));
        }
        int rebiased = Math.min(magnitude, 0x7f800000) - (120 << 23);
        return (byte) (sign | Math.min(NAN_E4M3, rebiased + 0x7ffff + (rebiased >>> 20 & 1) >>> 20));
    }

    /** Widens values of E4M3, exactly. */
    static void widenE4m3(byte[] values, float[] floats, int count) {
        widen(E4M3, values, floats, count);
    }

    /** Widens values of E5M2, exactly. */
    static void widenE5m2(byte[] values, float[] floats, int count) {
        widen(E5M2, values, floats, count);
    }

    private static void widen(float[] table, byte[] values, float[] floats, int count) {
        for (int i = 0; i < count; i++) {
            floats[i] = table[values[i] & 0xff];
        }
    }
}
