package dev.tandem.samples.verify;

/** An answer differs from the reference's; the message says where and by how much. */
final class ParityMismatch extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ParityMismatch(String message) {
        super(message);
    }
}
