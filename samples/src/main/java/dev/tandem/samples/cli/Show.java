package dev.tandem.samples.cli;

import dev.tandem.samples.terminal.TerminalGraphics;

/** Whether and how photos are drawn in the terminal. */
enum Show {
    /** Where the output is a terminal with colours, as well as it can. */
    AUTO,
    /** Always, in half blocks if the terminal is not known to do better, at least in 256 colours. */
    ALWAYS,
    /** Never. */
    NEVER,
    /** By kitty's graphics protocol. */
    KITTY,
    /** In sixels. */
    SIXEL,
    /** In half blocks. */
    BLOCKS;

    /** What is drawn with. */
    TerminalGraphics graphics(Io io) {
        TerminalGraphics offered = TerminalGraphics.of(io.environment());
        return switch (this) {
            case AUTO -> io.outIsTerminal() ? offered : TerminalGraphics.NONE;
            case ALWAYS -> offered == TerminalGraphics.NONE ? TerminalGraphics.HALF_BLOCKS : offered;
            case NEVER -> TerminalGraphics.NONE;
            case KITTY -> TerminalGraphics.KITTY;
            case SIXEL -> TerminalGraphics.SIXEL;
            case BLOCKS -> TerminalGraphics.HALF_BLOCKS;
        };
    }
}
