package dev.tandem.core.weights;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How GGUF stores values: as floating numbers, or in blocks of small integers with a scale (and a smallest value) for each block. Layouts as in
 * ggml's {@code ggml-common.h}.
 */
public enum GgufType {
    F32(0, 1, 4, SmallBlocks::f32),
    F16(1, 1, 2, SmallBlocks::f16),
    BF16(30, 1, 2, SmallBlocks::bf16),
    Q4_0(2, 32, 18, SmallBlocks::q4_0),
    Q4_1(3, 32, 20, SmallBlocks::q4_1),
    Q5_0(6, 32, 22, SmallBlocks::q5_0),
    Q5_1(7, 32, 24, SmallBlocks::q5_1),
    Q8_0(8, 32, 34, SmallBlocks::q8_0),
    IQ4_NL(20, 32, 18, SmallBlocks::iq4_nl),
    Q2_K(10, 256, 84, SuperBlocks::q2_k),
    Q3_K(11, 256, 110, SuperBlocks::q3_k),
    Q4_K(12, 256, 144, SuperBlocks::q4_k),
    Q5_K(13, 256, 176, SuperBlocks::q5_k),
    Q6_K(14, 256, 210, SuperBlocks::q6_k),
    IQ4_XS(23, 256, 136, SuperBlocks::iq4_xs);

    private final int id;
    private final int blockValues;
    private final int blockBytes;
    private final Decoder decoder;

    GgufType(int id, int blockValues, int blockBytes, Decoder decoder) {
        this.id = id;
        this.blockValues = blockValues;
        this.blockBytes = blockBytes;
        this.decoder = decoder;
    }

    /** Makes floats of blocks, which begin at byte 0 of {@code in}. */
    @FunctionalInterface
    interface Decoder {
        void decode(byte[] in, float[] out, int blocks);
    }

    /** Values of a block; rows are whole blocks. */
    public int blockValues() {
        return blockValues;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Makes floats of whole blocks, which begin at byte 0 of {@code in}. */
    void decode(byte[] in, float[] out, int count) {
        decoder.decode(in, out, count / blockValues);
    }

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
        throw new WeightException(file + " stores the tensor " + JsonFile.shortened(tensor) + " as " + name(id)
                + ", which Tandem does not read; convert it to one of "
                + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", ")));
    }

    /** What ggml calls a type that is not supported. */
    private static String name(int id) {
        String known = switch (id) {
            case 9 -> " (Q8_1)";
            case 15 -> " (Q8_K)";
            case 16 -> " (IQ2_XXS)";
            case 17 -> " (IQ2_XS)";
            case 18 -> " (IQ3_XXS)";
            case 19 -> " (IQ1_S)";
            case 21 -> " (IQ3_S)";
            case 22 -> " (IQ2_S)";
            case 24 -> " (I8)";
            case 25 -> " (I16)";
            case 26 -> " (I32)";
            case 27 -> " (I64)";
            case 28 -> " (F64)";
            case 29 -> " (IQ1_M)";
            case 34 -> " (TQ1_0)";
            case 35 -> " (TQ2_0)";
            case 39 -> " (MXFP4)";
            default -> "";
        };
        return "type " + Integer.toUnsignedString(id) + known;
    }
}
