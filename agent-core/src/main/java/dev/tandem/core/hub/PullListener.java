package dev.tandem.core.hub;

/** Hears how fetching a model goes on. */
public interface PullListener {

    /** Hears nothing. */
    PullListener NONE = new PullListener() {};

    /** What will be fetched, what is there already not counted in. */
    default void started(int files, long bytes) {}

    /** So many more bytes have come. */
    default void received(HubFile file, long bytes) {}

    /** The connection broke; it goes on where it was. */
    default void retrying(HubFile file, String reason) {}

    /** A file is whole and its checksum is right. */
    default void finished(HubFile file) {}
}
