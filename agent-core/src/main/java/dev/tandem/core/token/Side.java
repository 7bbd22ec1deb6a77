package dev.tandem.core.token;

/** The end of a row at which tokens are cut off or filled in. */
public enum Side {
    LEFT,
    RIGHT
}
