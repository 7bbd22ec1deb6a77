package dev.tandem.core.safety;

/** A picture that was asked for is not shown, because a guard blocks it. */
public final class WithheldException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final Verdict verdict;

    /** A picture withheld for this verdict's reason. */
    public WithheldException(Verdict verdict) {
        super("the picture is withheld: " + verdict.reason());
        this.verdict = verdict;
    }

    /** Why. */
    public Verdict verdict() {
        return verdict;
    }
}
