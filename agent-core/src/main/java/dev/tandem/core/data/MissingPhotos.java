package dev.tandem.core.data;

/** What becomes of a photo whose file is missing or damaged. */
public enum MissingPhotos {
    /** Reading ends with an error that names it. */
    FAIL,
    /** The dialogue goes on without it. */
    SKIP_PHOTO,
    /** Its whole dialogue is left out. */
    SKIP_DIALOGUE
}
