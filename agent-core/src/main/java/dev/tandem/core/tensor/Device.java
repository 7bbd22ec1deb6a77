package dev.tandem.core.tensor;

/**
 * Where tensors live.
 *
 * @param kind the processor
 * @param index which one, counted from 0
 */
public record Device(Kind kind, int index) {

    /** The host's processor. */
    public static final Device CPU = new Device(Kind.CPU, 0);

    /** Kinds of processor. */
    public enum Kind {
        CPU,
        CUDA
    }

    public Device {
        if (index < 0 || (kind == Kind.CPU && index != 0)) {
            throw new IllegalArgumentException(
                    "there is no device " + kind + ":" + index + "; use cpu or cuda:N with N from 0");
        }
    }

    /** The CUDA device with this index. */
    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /**
     * Reads {@code cpu}, {@code cuda} or {@code cuda:N}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.matches("cuda(:\\d{1,3})?")) {
            return cuda(text.length() == 4 ? 0 : Integer.parseInt(text.substring(5)));
        }
        throw new IllegalArgumentException("unknown device '" + text + "'; use cpu, cuda or cuda:N");
    }

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : "cuda:" + index;
    }
}
