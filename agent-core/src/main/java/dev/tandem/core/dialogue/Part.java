package dev.tandem.core.dialogue;

/** A piece of a turn, in the order in which it was said. */
public sealed interface Part permits Words, Photo {}
