package dev.tandem.core.weights;

import java.nio.ByteBuffer;

/**
 * How GGUF stores values: as floating numbers, or in blocks of small integers with a scale (and a smallest value) for each block. Layouts as in
 * ggml's {@code ggml-common.h}.
 */
public enum GgufType {
    F32(0, 1, 4) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int i = 0; i < count; i++) {
                out[i] = in.getFloat();
            }
        }
    },
    F16(1, 1, 2) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int i = 0; i < count; i++) {
                out[i] = half(in.getShort());
            }
        }
    },
    BF16(30, 1, 2) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int i = 0; i < count; i++) {
                out[i] = Float.intBitsToFloat((in.getShort() & 0xffff) << 16);
            }
        }
    },
    Q4_0(2, 32, 18) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int at = 0; at < count; at += 32) {
                float d = half(in.getShort());
                for (int i = 0; i < 16; i++) {
                    int q = in.get() & 0xff;
                    out[at + i] = ((q & 15) - 8) * d;
                    out[at + i + 16] = ((q >> 4) - 8) * d;
                }
            }
        }
    },
    Q4_1(3, 32, 20) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int at = 0; at < count; at += 32) {
                float d = half(in.getShort());
                float least = half(in.getShort());
                for (int i = 0; i < 16; i++) {
                    int q = in.get() & 0xff;
                    out[at + i] = (q & 15) * d + least;
                    out[at + i + 16] = (q >> 4) * d + least;
                }
            }
        }
    },
    Q5_0(6, 32, 22) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int at = 0; at < count; at += 32) {
                float d = half(in.getShort());
                int high = in.getInt();
                for (int i = 0; i < 16; i++) {
                    int q = in.get() & 0xff;
                    out[at + i] = ((q & 15 | (high >>> i & 1) << 4) - 16) * d;
                    out[at + i + 16] = ((q >> 4 | (high >>> i + 16 & 1) << 4) - 16) * d;
                }
            }
        }
    },
    Q5_1(7, 32, 24) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int at = 0; at < count; at += 32) {
                float d = half(in.getShort());
                float least = half(in.getShort());
                int high = in.getInt();
                for (int i = 0; i < 16; i++) {
                    int q = in.get() & 0xff;
                    out[at + i] = (q & 15 | (high >>> i & 1) << 4) * d + least;
                    out[at + i + 16] = (q >> 4 | (high >>> i + 16 & 1) << 4) * d + least;
                }
            }
        }
    },
    Q8_0(8, 32, 34) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            for (int at = 0; at < count; at += 32) {
                float d = half(in.getShort());
                for (int i = 0; i < 32; i++) {
                    out[at + i] = in.get() * d;
                }
            }
        }
    },
    Q4_K(12, 256, 144) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            byte[] scales = new byte[12];
            byte[] quants = new byte[128];
            for (int at = 0; at < count; at += 256) {
                float d = half(in.getShort());
                float least = half(in.getShort());
                in.get(scales).get(quants);
                for (int group = 0; group < 8; group++) {
                    float scale = d * scale(scales, group);
                    float minimum = least * minimum(scales, group);
                    for (int i = 0; i < 32; i++) {
                        int q = quants[group / 2 * 32 + i] >> 4 * (group % 2) & 15;
                        out[at + group * 32 + i] = scale * q - minimum;
                    }
                }
            }
        }
    },
    Q5_K(13, 256, 176) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            byte[] scales = new byte[12];
            byte[] high = new byte[32];
            byte[] quants = new byte[128];
            for (int at = 0; at < count; at += 256) {
                float d = half(in.getShort());
                float least = half(in.getShort());
                in.get(scales).get(high).get(quants);
                for (int group = 0; group < 8; group++) {
                    float scale = d * scale(scales, group);
                    float minimum = least * minimum(scales, group);
                    for (int i = 0; i < 32; i++) {
                        int q = quants[group / 2 * 32 + i] >> 4 * (group % 2) & 15 | (high[i] >> group & 1) << 4;
                        out[at + group * 32 + i] = scale * q - minimum;
                    }
                }
            }
        }
    },
    Q6_K(14, 256, 210) {
        @Override
        void decode(ByteBuffer in, float[] out, int count) {
            byte[] low = new byte[128];
            byte[] high = new byte[64];
            byte[] scales = new byte[16];
            for (int at = 0; at < count; at += 256) {
                in.get(low).get(high).get(scales);
                float d = half(in.getShort());
                for (int i = 0; i < 256; i++) {
                    int half = i / 128;
                    int quarter = i % 128 / 32;
                    int j = i % 32;
                    int four = low[half * 64 + quarter % 2 * 32 + j] >> 4 * (quarter / 2) & 15;
                    int two = high[half * 32 + j] >> 2 * quarter & 3;
                    out[at + i] = d * scales[i / 16] * ((four | two << 4) - 32);
                }
            }
        }
    };

    private final int id;
    private final int blockValues;
    private final int blockBytes;

    GgufType(int id, int blockValues, int blockBytes) {
        this.id = id;
        this.blockValues = blockValues;
        this.blockBytes = blockBytes;
    }

    /** Values of a block; rows are whole blocks. */
    public int blockValues() {
        return blockValues;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Reads whole blocks. */
    abstract void decode(ByteBuffer in, float[] out, int count);

    /**
     * The type of a number in a file.
     *
     * @throws WeightException for one that is not supported
     */
    static GgufType of(int id, String tensor, String file) {
        for (GgufType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        throw new WeightException(
                file + " stores the tensor " + JsonFile.shortened(tensor) + " as type " + Integer.toUnsignedString(id)
                        + ", which Tandem does not read; convert it to F16, Q8_0, Q4_0, Q4_1, Q4_K or Q6_K");
    }

    /** Six bits for each of eight groups, packed in twelve bytes with as many for their minima. */
    private static int scale(byte[] packed, int group) {
        return group < 4 ? packed[group] & 63 : packed[group + 4] & 15 | (packed[group - 4] & 0xff) >> 6 << 4;
    }

    private static int minimum(byte[] packed, int group) {
        return group < 4 ? packed[group + 4] & 63 : (packed[group + 4] & 0xff) >> 4 | (packed[group] & 0xff) >> 6 << 4;
    }

    /** IEEE half precision to float. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 31;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float value = fraction * 0x1p-24f;
            return sign == 0 ? value : -value;
        }
        int wide = exponent == 31 ? 255 : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
