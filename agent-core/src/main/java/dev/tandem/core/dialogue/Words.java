package dev.tandem.core.dialogue;

/**
 * Text, never interpreted: markers in it are letters like others.
 *
 * @param text not empty
 */
public record Words(String text) implements Part {

    public Words {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("words are not empty; leave the part out instead");
        }
    }
}
