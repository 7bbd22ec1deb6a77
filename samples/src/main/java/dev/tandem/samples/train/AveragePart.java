package dev.tandem.samples.train;

/** Which weights a joint run averages, where {@code ema_decay} is above 0. */
public enum AveragePart {
    /** All that are trained. */
    ALL,
    /** The denoiser's. */
    IMAGE
}
