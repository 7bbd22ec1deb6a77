package dev.tandem.llm.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tandem.llm.prompt.TextTokens;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextStreamTest {

    /** One token for each byte. */
    private static final class Bytes implements TextTokens {

        @Override
        public int[] plain(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = bytes[i] & 0xff;
            }
            return ids;
        }

        @Override
        public int[] template(String text) {
            return plain(text);
        }

        @Override
        public String text(List<Integer> ids) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ids.forEach(bytes::write);
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void charactersAppearWhenTheyAreWhole() {
        Bytes tokens = new Bytes();
        TextStream stream = new TextStream(tokens);
        StringBuilder pieces = new StringBuilder();
        for (int id : tokens.plain("aé🐈z")) {
            pieces.append(stream.add(id)).append('|');
        }
        assertEquals("a||é||||🐈|z|", pieces.toString());
        assertEquals("", stream.finish());
    }

    @Test
    void brokenCharactersDoNotHoldTheTextBack() {
        Bytes tokens = new Bytes();
        TextStream stream = new TextStream(tokens);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append(stream.add(0xf0));
        }
        assertEquals(16, text.length());
        assertEquals("\uFFFD".repeat(4), stream.finish());
        assertEquals("x", stream.add('x'));
    }

    @Test
    void blanksBetweenWordsStay() {
        // as Metaspace decoders: the first word of a text has no blank
        TextTokens words = new TextTokens() {
            @Override
            public int[] plain(String text) {
                throw new UnsupportedOperationException();
            }

            @Override
            public int[] template(String text) {
                throw new UnsupportedOperationException();
            }

            @Override
            public String text(List<Integer> ids) {
                return String.join(" ", ids.stream().map(id -> "w" + id).toList());
            }
        };
        TextStream stream = new TextStream(words);
        assertEquals("w1 w2 w3", stream.add(1) + stream.add(2) + stream.add(3));
    }
}
