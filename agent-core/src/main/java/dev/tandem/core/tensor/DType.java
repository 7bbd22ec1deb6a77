package dev.tandem.core.tensor;

/** Element types, named as in PyTorch and safetensors. Not every engine computes with bfloat16 outside of {@link TensorEngine#mixed}, or with floating types of 8 bits. */
public enum DType {
    FLOAT32(4),
    FLOAT16(2),
    BFLOAT16(2),
    FLOAT8_E4M3FN(1),
    FLOAT8_E5M2(1),
    INT64(8),
    INT32(4),
    INT8(1),
    UINT8(1),
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether gradients can flow through values of this type. */
    public boolean isFloating() {
        return switch (this) {
            case FLOAT32, FLOAT16, BFLOAT16, FLOAT8_E4M3FN, FLOAT8_E5M2 -> true;
            case INT64, INT32, INT8, UINT8, BOOL -> false;
        };
    }
}
