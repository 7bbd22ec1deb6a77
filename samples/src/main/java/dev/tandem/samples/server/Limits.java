package dev.tandem.samples.server;

import java.time.Duration;

/**
 * What a client may ask of the server, so that none takes it from the others.
 *
 * @param bodyBytes longest body of a request
 * @param bodiesBytes all bodies that are read at a time, and pictures of stored conversations that are answered, which bounds the memory they take
 * @param pictures most pictures of one request
 * @param picturePixels most pixels of one picture
 * @param messageLength longest message in characters
 * @param messages most messages of a conversation
 * @param conversationBytes most bytes of the pictures in a stored conversation, which are read together
 * @param side longest side of a picture that is drawn, in pixels
 * @param steps most steps of a drawing
 * @param body longest time in which a body comes
 * @param answer longest time from a request to its whole answer, waiting included
 * @param drain longest time in which a client reads what is left of a stream when its answer has ended
 * @param grace how long answers under way may take when the server stops
 */
record Limits(
        long bodyBytes,
        long bodiesBytes,
        int pictures,
        long picturePixels,
        int messageLength,
        int messages,
        long conversationBytes,
        int side,
        int steps,
        Duration body,
        Duration answer,
        Duration drain,
        Duration grace) {

    static final Limits DEFAULT = new Limits(
            20L << 20,
            160L << 20,
            8,
            16_000_000,
            4_000,
            500,
            32L << 20,
            1024,
            200,
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(2),
            Duration.ofSeconds(20));

    /** These limits with other times. */
    Limits with(Duration answer, Duration grace) {
        return new Limits(
                bodyBytes,
                bodiesBytes,
                pictures,
                picturePixels,
                messageLength,
                messages,
                conversationBytes,
                side,
                steps,
                body,
                answer,
                drain,
                grace);
    }
}
