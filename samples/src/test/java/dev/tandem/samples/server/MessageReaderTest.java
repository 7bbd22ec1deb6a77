package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Words;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers of this server that a client sends back. */
class MessageReaderTest {

    private static final String IMAGES = "\"images\":[{\"caption\":\"a dog\"},{},{\"caption\":\"a cat\"}]";

    private static List<Part> read(String more) {
        String message = "{\"role\":\"assistant\",\"content\":\"one two\"," + IMAGES + more + "}";
        return new MessageReader(Served.LIMITS)
                .read(List.of(Served.json(message)))
                .turns()
                .get(0)
                .parts();
    }

    @Test
    void keepTheirOrder() {
        assertEquals(
                List.of(Photo.described("a dog"), new Words("one"), Photo.described("a cat"), new Words("two")),
                read(
                        ",\"parts\":[{\"type\":\"image\",\"image\":0},{\"type\":\"text\",\"text\":\"one\"},{\"image\":1},{\"image\":2},{\"text\":\"two\"}]"));
        assertEquals(List.of(new Words("one two"), Photo.described("a dog"), Photo.described("a cat")), read(""));
    }

    @Test
    void eachPhotoIsSharedOnceAndCaptionsHaveABound() {
        assertEquals(
                List.of(Photo.described("a dog"), new Words("one two")),
                read(",\"parts\":[{\"image\":0},{\"image\":0},{\"text\":\"one two\"},{\"image\":0}]"));
        String long_ = "{\"role\":\"assistant\",\"content\":\"one\",\"images\":[{\"caption\":\"" + "x".repeat(300)
                + "\"},{\"caption\":\"" + "x".repeat(101) + "\"}]}";
        ApiException refused = assertThrows(
                ApiException.class, () -> new MessageReader(Served.LIMITS).read(List.of(Served.json(long_))));
        assertEquals("message_too_long", refused.code());
    }

    @Test
    void wordsThatAreNotTheContentAreNotRead() {
        assertEquals(read(""), read(",\"parts\":[{\"image\":0},{\"text\":\"one two three\"}]"));
    }

    @Test
    void cannotShowWhatIsNotThere() {
        for (String parts : List.of("[{\"image\":3}]", "[{\"image\":-1}]", "5")) {
            ApiException refused = assertThrows(ApiException.class, () -> read(",\"parts\":" + parts), parts);
            assertEquals(400, refused.status());
        }
    }
}
