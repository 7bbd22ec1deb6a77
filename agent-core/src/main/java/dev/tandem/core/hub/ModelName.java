package dev.tandem.core.hub;

import java.util.regex.Pattern;

/**
 * A model's name on a hub.
 *
 * @param owner whose it is
 * @param name what it is called
 */
public record ModelName(String owner, String name) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}");

    public ModelName {
        if (!PLAIN.matcher(owner).matches() || !PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a model on a hub is called OWNER/NAME, such as stabilityai/sd-turbo, not '" + owner + "/" + name
                            + "'");
        }
    }

    /**
     * Reads {@code OWNER/NAME}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static ModelName parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || slash != text.lastIndexOf('/')) {
            throw new IllegalArgumentException(
                    "a model on a hub is called OWNER/NAME, such as stabilityai/sd-turbo, not '"
                            + (text.length() <= 80 ? text : text.substring(0, 79) + "…") + "'");
        }
        return new ModelName(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public String toString() {
        return owner + "/" + name;
    }
}
