package dev.tandem.core.weights;

/**
 * GGUF's blocks of 256 values ("K-quants" and IQ4_XS): groups of 16 or 32 values, whose scales are small integers themselves, times a
 * scale of the whole block in float16. As ggml's {@code dequantize_row_*} computes them.
 */
final class SuperBlocks {

    private static final int VALUES = 256;

    private SuperBlocks() {}

    static void q2_k(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 84;
            float d = SmallBlocks.half(in, at + 80);
            float least = SmallBlocks.half(in, at + 82);
            for (int group = 0; group < 16; group++) {
                int scales = in[at + group];
                float scale = d * (scales & 15);
                float minimum = least * (scales >> 4 & 15);
                int from = at + 16 + group / 8 * 32 + group % 2 * 16;
                int shift = group / 2 % 4 * 2;
                int to = block * VALUES + group * 16;
                for (int i = 0; i < 16; i++) {
                    out[to + i] = scale * (in[from + i] >> shift & 3) - minimum;
                }
            }
        }
    }

    static void q3_k(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 110;
            float d = SmallBlocks.half(in, at + 108);
            for (int group = 0; group < 16; group++) {
                int low = in[at + 96 + group % 8] >> group / 8 * 4 & 15;
                int high = in[at + 104 + group % 4] >> group / 4 * 2 & 3;
                float scale = d * ((low | high << 4) - 32);
                int mask = at + group % 2 * 16;
                int from = at + 32 + group / 8 * 32 + group % 2 * 16;
                int shift = group / 2 % 4 * 2;
                int bit = group / 2;
                int to = block * VALUES + group * 16;
                for (int i = 0; i < 16; i++) {
                    int third = in[mask + i] >> bit & 1;
                    out[to + i] = scale * ((in[from + i] >> shift & 3) + 4 * third - 4);
                }
            }
        }
    }

    static void q4_k(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 144;
            float d = SmallBlocks.half(in, at);
            float least = SmallBlocks.half(in, at + 2);
            for (int group = 0; group < 8; group++) {
                float scale = d * scale(in, at + 4, group);
                float minimum = least * minimum(in, at + 4, group);
                int from = at + 16 + group / 2 * 32;
                int shift = 4 * (group % 2);
                int to = block * VALUES + group * 32;
                for (int i = 0; i < 32; i++) {
                    out[to + i] = scale * (in[from + i] >> shift & 15) - minimum;
                }
            }
        }
    }

    static void q5_k(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 176;
            float d = SmallBlocks.half(in, at);
            float least = SmallBlocks.half(in, at + 2);
            for (int group = 0; group < 8; group++) {
                float scale = d * scale(in, at + 4, group);
                float minimum = least * minimum(in, at + 4, group);
                int high = at + 16;
                int from = at + 48 + group / 2 * 32;
                int shift = 4 * (group % 2);
                int to = block * VALUES + group * 32;
                for (int i = 0; i < 32; i++) {
                    int q = in[from + i] >> shift & 15 | (in[high + i] >> group & 1) << 4;
                    out[to + i] = scale * q - minimum;
                }
            }
        }
    }

    static void q6_k(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 210;
            float d = SmallBlocks.half(in, at + 208);
            for (int group = 0; group < 16; group++) {
                float scale = d * in[at + 192 + group];
                int quarter = group / 2 % 4;
                int low = at + group / 8 * 64 + quarter % 2 * 32 + group % 2 * 16;
                int high = at + 128 + group / 8 * 32 + group % 2 * 16;
                int lowShift = 4 * (quarter / 2);
                int highShift = 2 * quarter;
                int to = block * VALUES + group * 16;
                for (int i = 0; i < 16; i++) {
                    int q = in[low + i] >> lowShift & 15 | (in[high + i] >> highShift & 3) << 4;
                    out[to + i] = scale * (q - 32);
                }
            }
        }
    }

    static void iq4_xs(byte[] in, float[] out, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int at = block * 136;
            float d = SmallBlocks.half(in, at);
            int high = SmallBlocks.u16(in, at + 2);
            for (int group = 0; group < 8; group++) {
                int low = in[at + 4 + group / 2] >> 4 * (group % 2) & 15;
                float scale = d * ((low | (high >> 2 * group & 3) << 4) - 32);
                SmallBlocks.uneven(in, at + 8 + group * 16, scale, out, block * VALUES + group * 32);
            }
        }
    }

    /** Six bits for each of eight groups, packed in twelve bytes with as many for their minima. */
    private static int scale(byte[] in, int at, int group) {
        return group < 4 ? in[at + group] & 63 : in[at + group + 4] & 15 | (in[at + group - 4] & 0xff) >> 6 << 4;
    }

    private static int minimum(byte[] in, int at, int group) {
        return group < 4
                ? in[at + group + 4] & 63
                : (in[at + group + 4] & 0xff) >> 4 | (in[at + group] & 0xff) >> 6 << 4;
    }
}
