package dev.tandem.samples.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.token.TextTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTrainerTest {

    private static final List<String> SPECIALS = List.of("<|begin_of_text|>", "<|end|>", "[IMG]", "[/IMG]");
    private static final List<String> TEXTS =
            Collections.nCopies(5, "two red cars on the beach, a red car by the lake; don't you see the cars?");

    @TempDir
    private Path folder;

    @Test
    void theMostFrequentPairIsMergedFirstAndTiesGoByTheAlphabet() {
        Map<List<String>, Long> words =
                Map.of(List.of("a", "b", "c"), 5L, List.of("a", "b"), 2L, List.of("x", "y"), 5L);
        List<BytePairs.Merge> merges = BytePairs.learn(words, 10, 2);
        assertEquals(
                List.of(new BytePairs.Merge("a", "b"), new BytePairs.Merge("ab", "c"), new BytePairs.Merge("x", "y")),
                merges);
        assertEquals(2, BytePairs.learn(words, 2, 2).size());
    }

    @Test
    void aRepeatedSymbolIsMergedFromTheLeft() {
        assertEquals(
                List.of(new BytePairs.Merge("a", "a"), new BytePairs.Merge("aa", "a")),
                BytePairs.learn(Map.of(List.of("a", "a", "a"), 3L), 5, 2));
    }

    @Test
    void theLlamaTokenizerSpellsAnyTextAndKeepsSpecialTokensWhole() throws IOException {
        LlamaTokenizerTrainer.train(TEXTS, 300, SPECIALS, 64, folder);
        try (TextTokenizer tokenizer = TextTokenizer.load(folder)) {
            String text = "a RED car [IMG] é🚗";
            List<Integer> ids = tokenizer.encode(text, true).ids();
            assertEquals("<|begin_of_text|>", tokenizer.token(ids.get(0)));
            assertTrue(ids.contains(tokenizer.id("[IMG]").orElseThrow()));
            assertEquals(SPECIALS.get(0) + text, tokenizer.decode(ids, false));
            assertTrue(tokenizer.encodePlain("the cars").size() <= 3, "frequent words are few tokens");
        }
    }

    @Test
    void theClipTokenizerFoldsCaseAndMarksTheEndsOfWords() throws IOException {
        ClipTokenizerTrainer.train(TEXTS, 600, 16, folder);
        try (TextTokenizer tokenizer = TextTokenizer.load(folder)) {
            List<Integer> ids = tokenizer.encode("Red  CARS", true).ids();
            assertEquals("<|startoftext|>", tokenizer.token(ids.get(0)));
            assertEquals("red</w>", tokenizer.token(ids.get(1)));
            assertEquals("<|endoftext|>", tokenizer.token(ids.get(ids.size() - 1)));
            assertEquals(ids, tokenizer.encode("red cars", true).ids());
            assertEquals(16, tokenizer.modelMaxLength().orElseThrow());
        }
        assertTrue(Files.readString(folder.resolve("merges.txt")).startsWith("#version: 0.2\n"));
    }

    @Test
    void equalTextsGiveEqualFiles() throws IOException {
        LlamaTokenizerTrainer.train(TEXTS, 300, SPECIALS, 64, folder.resolve("one"));
        LlamaTokenizerTrainer.train(TEXTS, 300, SPECIALS, 64, folder.resolve("two"));
        assertEquals(-1, Files.mismatch(folder.resolve("one/tokenizer.json"), folder.resolve("two/tokenizer.json")));
    }

    @Test
    void aVocabularyThatCannotHoldTheBytesIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> LlamaTokenizerTrainer.train(TEXTS, 200, SPECIALS, 64, folder));
        assertThrows(IllegalArgumentException.class, () -> ClipTokenizerTrainer.train(TEXTS, 500, 16, folder));
    }
}
