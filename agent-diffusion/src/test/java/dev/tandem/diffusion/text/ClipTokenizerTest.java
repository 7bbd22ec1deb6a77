package dev.tandem.diffusion.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTokenizerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> MERGES = List.of("d o", "do g</w>", "a t</w>");
    private static final int DOG = 513;
    private static final int AT = 514;
    private static final int BEGIN = 515;
    private static final int END = 516;

    @TempDir
    Path folder;

    /** Published folders hold vocab.json and merges.txt and no tokenizer.json. */
    @BeforeEach
    void write() throws IOException {
        ObjectNode vocabulary = JSON.createObjectNode();
        for (String suffix : List.of("", "</w>")) {
            int other = 0;
            for (int b = 0; b < 256; b++) {
                boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
                vocabulary.put(Character.toString(printable ? b : 256 + other++) + suffix, vocabulary.size());
            }
        }
        MERGES.forEach(merge -> vocabulary.put(merge.replace(" ", ""), vocabulary.size()));
        List.of("<|startoftext|>", "<|endoftext|>").forEach(special -> vocabulary.put(special, vocabulary.size()));
        Files.writeString(folder.resolve("vocab.json"), vocabulary.toString());
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n" + String.join("\n", MERGES) + "\n");
        config("<|endoftext|>", 8);
    }

    private void config(String pad, int length) throws IOException {
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                JSON.createObjectNode()
                        .put("tokenizer_class", "CLIPTokenizer")
                        .put("model_max_length", length)
                        .put("pad_token", pad)
                        .toString());
    }

    @Test
    void captionsAreFramedAndTheirSpansCountCodePoints() {
        SpelledCaption spelled = ClipTokenizer.load(folder).tokenize("\uD83D\uDE00 DOG  at");
        assertEquals(
                List.of(BEGIN, END),
                List.of(spelled.ids().get(0), spelled.ids().get(spelled.ids().size() - 1)));
        List<Integer> words = spelled.ids().subList(5, 7);
        assertEquals(List.of(DOG, AT), words);
        assertEquals(
                List.of(new Span(2, 5), new Span(7, 9), new Span(0, 0)),
                spelled.spans().subList(5, 8));
        assertEquals(new Span(0, 1), spelled.spans().get(1), "each byte of the emoji covers it");
    }

    @Test
    void longCaptionsAreCutAndShortOnesPadded() {
        ClipTokenizer tokenizer = ClipTokenizer.load(folder);
        assertEquals(8, tokenizer.maxLength());
        assertEquals(
                List.of(BEGIN, DOG, DOG, DOG, DOG, DOG, DOG, END),
                tokenizer.tokenize("dog ".repeat(50)).ids());
        assertEquals(List.of(BEGIN, DOG, END, END, END, END, END, END), tokenizer.padded("dog"));
        assertEquals(List.of(BEGIN, END, END, END, END, END, END, END), tokenizer.padded(""));
    }

    @Test
    void theSecondEncodersPadWithAnExclamationMark() throws IOException {
        config("!", 4);
        ClipTokenizer tokenizer = ClipTokenizer.load(folder);
        assertEquals(33, tokenizer.padId());
        assertEquals(List.of(BEGIN, DOG, END, 33), tokenizer.padded("dog"));
    }

    @Test
    void specialTokensAreKnown() {
        ClipTokenizer tokenizer = ClipTokenizer.load(folder);
        assertTrue(tokenizer.isSpecial(BEGIN) && tokenizer.isSpecial(END));
        assertFalse(tokenizer.isSpecial(DOG));
        assertEquals(517, tokenizer.vocabularySize());
        assertEquals("dog at", tokenizer.text(tokenizer.tokenize("Dog AT").ids()));
    }

    @Test
    void damagedFilesAreOneSentence() throws IOException {
        Files.writeString(folder.resolve("merges.txt"), "#version\na b c\n");
        refused("holds 3 symbols");
        Files.writeString(folder.resolve("merges.txt"), "#version\nq q\n");
        refused("is damaged");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        refused("is not CLIP's");
        Files.delete(folder.resolve("vocab.json"));
        refused("there is no tokenizer");
    }

    private void refused(String why) {
        WeightException e = assertThrows(WeightException.class, () -> ClipTokenizer.load(folder));
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }
}
