package dev.tandem.diffusion.safety;

import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.ImageProcessor;
import dev.tandem.diffusion.load.SafetyCheckerFolder;
import dev.tandem.diffusion.vision.SafetyChecker;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Stable Diffusion's safety checker as a guard of pictures. It says what it found instead of showing a black picture.
 *
 * <pre>{@code
 * try (SafetyCheckerGuard guard = SafetyCheckerGuard.load(TorchEngine.cpu(), Path.of("stable-diffusion-v1-5"));
 *         PhotoSharingAgent agent = PhotoSharingAgent.builder().imageGuard(guard).build()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>It looks for 17 concepts that its authors did not name, of sexual content as Rando et al. (2022) found. Violence passes, harmless pictures are
 * flagged at times, and bad ones missed: a net, not a wall.
 *
 * <p>Safe to use from several threads. Owns its weights; close it when it is no longer needed.
 */
public final class SafetyCheckerGuard implements ImageGuard, AutoCloseable {

    private final TensorEngine engine;
    private final SafetyChecker checker;
    private final ImageProcessor processor;
    private final Verdict.Action action;
    private final double adjustment;

    private SafetyCheckerGuard(
            TensorEngine engine,
            SafetyChecker checker,
            ImageProcessor processor,
            Verdict.Action action,
            double adjustment) {
        this.engine = engine;
        this.checker = checker;
        this.processor = processor;
        this.action = action;
        this.adjustment = adjustment;
    }

    /**
     * Loads a guard that blocks what the checker flags, as strictly as it is published.
     *
     * @param folder of a pipeline with {@code safety_checker/}, or of a checker, in the layout of diffusers
     * @throws dev.tandem.core.weights.WeightException if there is none, or a file is missing, damaged or does not fit
     */
    public static SafetyCheckerGuard load(TensorEngine engine, Path folder) {
        return load(engine, folder, Verdict.Action.BLOCK, 0);
    }

    /**
     * Loads a guard.
     *
     * @param folder as {@link #load(TensorEngine, Path)}
     * @param action what is done with a picture that is flagged
     * @param adjustment what is added to each score: 0 as published, 0.01 a little stricter, below 0 milder; from -2 to 2, as cosines differ by no more
     * @throws dev.tandem.core.weights.WeightException if there is none, or a file is missing, damaged or does not fit
     */
    public static SafetyCheckerGuard load(TensorEngine engine, Path folder, Verdict.Action action, double adjustment) {
        if (action == Verdict.Action.ALLOW) {
            throw new IllegalArgumentException(
                    "a guard that allows what it flags does nothing; use FLAG, BLUR or BLOCK");
        }
        if (!(Math.abs(adjustment) <= 2)) {
            throw new IllegalArgumentException("the adjustment lies from -2 to 2, got " + adjustment);
        }
        SafetyCheckerFolder files = SafetyCheckerFolder.of(folder);
        ImageProcessor processor = files.processor();
        return new SafetyCheckerGuard(engine, files.checker(engine), processor, action, adjustment);
    }

    /**
     * How far a picture lies above each threshold.
     *
     * @throws IllegalStateException if the checker's weights are damaged
     */
    public SafetyChecker.Scores scores(Picture picture) {
        try (Scope scope = engine.scope()) {
            return checker.check(processor.apply(engine, picture), adjustment).get(0);
        }
    }

    @Override
    public Verdict check(Picture picture) {
        SafetyChecker.Scores scores = scores(picture);
        if (!scores.flagged()) {
            return Verdict.ALLOWED;
        }
        String care = scores.careTaken().isEmpty()
                ? ""
                : ", judged more strictly for special care " + listed(scores.careTaken(), scores.specialCare());
        return Verdict.of(
                action,
                "the safety checker sees concept " + listed(scores.flaggedConcepts(), scores.concepts()) + care);
    }

    private static String listed(List<Integer> numbers, List<Double> scores) {
        return numbers.stream()
                .map(i -> String.format(Locale.ROOT, "%d (%.3f above its threshold)", i, scores.get(i)))
                .collect(Collectors.joining(", "));
    }

    /** Frees the weights. Calls that are under way fail. */
    @Override
    public void close() {
        checker.close();
    }
}
