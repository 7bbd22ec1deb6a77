package dev.tandem.samples.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
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
    private static final List<String> TEXTS = Collections.nCopies(5, "two red cars on the beach, a red car by the lake; don't you see the cars?");

    @TempDir
    private Path folder;

    @Test
    void theMostFrequentPairIsMergedFirstAndTiesGoByTheAlphabet() {
        Map<List<String>, Long> words = Map.of(List.of("a", "b", "c"), 5L, List.of("a", "b"), 2L, List.of("x", "y"), 5L);
        List<BytePairs.Merge> merges = BytePairs.learn(words, 10, 2);
        assertEquals(
                List.of(new BytePairs.Merge("a", "b"), new BytePairs.Merge("ab", "c"), new BytePairs.Merge("x", "y")), merges);
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
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(folder.resolve("tokenizer.json"))) {
            String text = "a RED car [IMG] é🚗";
            Encoding encoding = tokenizer.encode(text);
            long[] ids = encoding.getIds();
            assertEquals("<|begin_of_text|>", encoding.getTokens()[0]);
            assertTrue(List.of(encoding.getTokens()).contains("[IMG]"));
            assertEquals(SPECIALS.get(0) + text, tokenizer.decode(ids, false));
            assertTrue(tokenizer.encode("the cars").getIds().length <= 4, "frequent words are few tokens");
        }
    }

    @Test
    void theClipTokenizerFoldsCaseAndMarksTheEndsOfWords() throws IOException {
        ClipTokenizerTrainer.train(TEXTS, 600, 16, folder);
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(folder.resolve("tokenizer.json"))) {
            Encoding encoding = tokenizer.encode("Red  CARS");
            assertEquals(4, encoding.getIds().length);
            assertArrayEquals(encoding.getIds(), tokenizer.encode("red cars").getIds());
            assertEquals("<|startoftext|>", encoding.getTokens()[0]);
            assertEquals("red</w>", encoding.getTokens()[1]);
            assertEquals("<|endoftext|>", encoding.getTokens()[3]);
        }
        assertTrue(Files.readString(folder.resolve("merges.txt")).startsWith("#version: 0.2\n"));
    }

    @Test
    void equalTextsGiveEqualFiles() throws IOException {
        LlamaTokenizerTrainer.train(TEXTS, 300, SPECIALS, 64, folder.resolve("one"));
        LlamaTokenizerTrainer.train(TEXTS, 300, SPECIALS, 64, folder.resolve("two"));
        assertEquals(
                -1,
                Files.mismatch(folder.resolve("one/tokenizer.json"), folder.resolve("two/tokenizer.json")));
    }

    @Test
    void aVocabularyThatCannotHoldTheBytesIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> LlamaTokenizerTrainer.train(TEXTS, 200, SPECIALS, 64, folder));
        assertThrows(IllegalArgumentException.class, () -> ClipTokenizerTrainer.train(TEXTS, 500, 16, folder));
    }
}
