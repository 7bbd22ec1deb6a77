package dev.tandem.core.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A turn as a file has it, before its photo is looked for.
 *
 * @param side 0 for the user or whoever speaks first, 1 for the other
 * @param text perhaps empty
 * @param photo shared after the words
 */
record RawTurn(int side, String text, @Nullable RawPhoto photo) {

    /**
     * What a file says of a photo.
     *
     * @param caption empty if there is none
     * @param file relative path in the folder of photos; empty if the data name none
     * @param id its number in the data; empty if it has none
     * @param urls where it is on the web; several if any of them will do
     */
    record RawPhoto(String caption, String file, String id, List<String> urls) {

        /** For messages. */
        String name() {
            return !file.isEmpty() ? file : !id.isEmpty() ? id : urls.isEmpty() ? "without a name" : urls.get(0);
        }
    }
}
