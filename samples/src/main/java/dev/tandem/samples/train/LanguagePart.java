package dev.tandem.samples.train;

/** What of the language model a joint run trains. */
public enum LanguagePart {
    /** All weights. */
    FULL,
    /** A LoRA adapter beside them; it is written as PEFT does, beside the weights. */
    LORA,
    /** Nothing. */
    FROZEN
}
