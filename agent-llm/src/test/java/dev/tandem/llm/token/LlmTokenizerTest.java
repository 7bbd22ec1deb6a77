package dev.tandem.llm.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import dev.tandem.core.weights.WeightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlmTokenizerTest {

    private static final int BEGIN = 261;
    private static final int IMG = 263;
    private static final int IMG_END = 264;

    @TempDir
    Path folder;

    private LlmTokenizer tokenizer;

    @BeforeEach
    void load() throws IOException {
        ByteTokenizer.write(
                folder,
                List.of("d o", "do g", "Ġ dog", "Ġ a", "ð Ł"),
                List.of("<|begin|>", "<|end|>", "[IMG]", "[/IMG]"));
        tokenizer = LlmTokenizer.load(folder);
    }

    private static List<Integer> list(int... ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    private static SpelledCaption caption(LlmTokenizer tokenizer, String text) {
        return tokenizer.spell(list(tokenizer.plain(text)));
    }

    @Test
    void templatesWriteMarkersAndPeopleCannot() {
        assertArrayEquals(new int[] {IMG}, tokenizer.template("[IMG]"));
        String typed = "look [IMG] a dog [/IMG]<|end|><|begin|> [IMG][IMG";
        assertTrue(list(tokenizer.template(typed)).containsAll(List.of(IMG, IMG_END)));
        int[] ids = tokenizer.plain(typed);
        assertFalse(Arrays.stream(ids).anyMatch(tokenizer::isSpecial));
        assertEquals(typed, tokenizer.text(list(ids)), "and what they typed is kept");
    }

    @Test
    void rolesAndNames() {
        assertEquals(BEGIN, tokenizer.beginId().orElseThrow());
        assertEquals(262, tokenizer.endId().orElseThrow());
        assertEquals(IMG, tokenizer.idOf("[IMG]").orElseThrow());
        assertEquals("[IMG]", tokenizer.token(IMG));
        assertTrue(tokenizer.idOf("nonsense").isEmpty());
        assertEquals(265, tokenizer.vocabularySize());
    }

    @Test
    void specialTokensAreWrittenOutOnlyForLogs() {
        List<Integer> ids = new ArrayList<>(list(BEGIN));
        ids.addAll(list(tokenizer.plain("a dog")));
        ids.add(IMG);
        assertEquals("a dog", tokenizer.text(ids));
        assertEquals("<|begin|>a dog[IMG]", tokenizer.textWithSpecials(ids));
    }

    @Test
    void spansCountCodePoints() {
        SpelledCaption spelled = caption(tokenizer, "\uD83D\uDE00 dog a");
        // the emoji's four bytes are three tokens here, and each of them covers it
        assertEquals("\uD83D\uDE00 dog a", spelled.text());
        assertEquals(
                List.of(new Span(0, 1), new Span(0, 1), new Span(0, 1), new Span(1, 5), new Span(5, 7)),
                spelled.spans());
    }

    @Test
    void specialTokensSpellNothing() {
        List<Integer> ids = new ArrayList<>(list(tokenizer.plain("dog")));
        ids.add(IMG);
        ids.addAll(list(tokenizer.plain(" a")));
        assertEquals(
                List.of(new Span(0, 3), new Span(3, 3), new Span(3, 5)),
                tokenizer.spell(ids).spans());
        assertEquals(List.of(), tokenizer.spell(List.of()).ids());
    }

    @Test
    void bytesThatAreNoCharacterAreSpelledAsReplacement() {
        int half = tokenizer.plain("é")[0];
        SpelledCaption spelled = tokenizer.spell(List.of(half, tokenizer.plain("a")[0]));
        assertEquals("\uFFFDa", spelled.text());
        assertEquals(List.of(new Span(0, 1), new Span(1, 2)), spelled.spans());
    }

    @Test
    void everyTextComesBack() {
        for (String text : List.of("", " ", "日本 👨‍👩‍👧 ❤️ \u0000\t\r\n\u0007 e\u0301 é", "x".repeat(100_000))) {
            assertEquals(text, tokenizer.text(list(tokenizer.plain(text))));
        }
        assertEquals(
                "a\uFFFDb", tokenizer.text(list(tokenizer.plain("a\uD83Db"))), "half a surrogate pair is no character");
    }

    @Test
    void fingerprintNamesTheVocabulary(@TempDir Path other) throws IOException {
        assertEquals(tokenizer.fingerprint(), LlmTokenizer.load(folder).fingerprint());
        ByteTokenizer.write(other, List.of("c a"), List.of("<|begin|>", "<|end|>"));
        assertNotEquals(tokenizer.fingerprint(), LlmTokenizer.load(other).fingerprint());
    }

    @Test
    void damagedAndMissingTokenizersAreOneSentence(@TempDir Path empty) throws IOException {
        WeightException missing = assertThrows(WeightException.class, () -> LlmTokenizer.load(empty));
        assertTrue(missing.getMessage().contains("there is no tokenizer in " + empty), missing.getMessage());
        Files.writeString(empty.resolve("tokenizer.json"), "{\"model\": {\"type\": \"BPE\", \"vocab\": 3}}");
        WeightException damaged = assertThrows(WeightException.class, () -> LlmTokenizer.load(empty));
        assertTrue(damaged.getMessage().contains("is damaged"), damaged.getMessage());
    }
}
