package dev.tandem.samples.cli;

/** Whether photos are drawn in the terminal. */
enum Show {
    /** Where the output is a terminal with colours. */
    AUTO,
    /** Always, at least in 256 colours. */
    ALWAYS,
    /** Never. */
    NEVER
}
