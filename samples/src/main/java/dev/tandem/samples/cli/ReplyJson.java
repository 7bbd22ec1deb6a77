package dev.tandem.samples.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A reply as {@code chat --json} prints it: one object on one line. */
record ReplyJson(String text, List<PhotoJson> photos, TimingJson timing) {

    private static final ObjectMapper JSON = new ObjectMapper();

    record PhotoJson(String caption, String file, int width, int height, long seed) {}

    /** Milliseconds. */
    record TimingJson(
            @JsonProperty("first_token_ms") long firstToken,
            @JsonProperty("text_ms") long text,
            @JsonProperty("photo_ms") long photo) {}

    /**
     * The object of a reply.
     *
     * @param files of its photos, in order
     */
    static String of(Reply reply, List<Path> files) {
        List<PhotoJson> photos = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            Photo photo = reply.photos().get(i);
            photos.add(new PhotoJson(
                    photo.caption(), files.get(i).toString(), photo.width(), photo.height(), photo.seed()));
        }
        Reply.Timings t = reply.timings();
        TimingJson timing = new TimingJson(
                t.firstToken().toMillis(), t.text().toMillis(), t.photos().toMillis());
        try {
            return JSON.writeValueAsString(new ReplyJson(reply.text(), photos, timing));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings and numbers can be written as JSON", e);
        }
    }
}
