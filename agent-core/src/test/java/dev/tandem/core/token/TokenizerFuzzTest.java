package dev.tandem.core.token;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.weights.DamagedInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whatever a tokenizer's files hold, they are refused in one line or make a tokenizer that works. JAZZER_FUZZ=1 searches for new inputs. */
class TokenizerFuzzTest {

    private static final String TEXT = "A dog, 12 caf\u00e9s <|endoftext|> </s>\n\ud83d\udc36 \u4f60\u597d";

    @FuzzTest
    void tokenizerJson(byte[] bytes) {
        checkJson(bytes);
    }

    @FuzzTest
    void clipFiles(FuzzedDataProvider data) {
        int vocabulary = data.consumeInt(0, data.remainingBytes());
        checkClip(data.consumeBytes(vocabulary), data.consumeRemainingAsBytes());
    }

    static boolean checkJson(byte[] bytes) {
        Path file = DamagedInput.file("tokenizer.json", bytes);
        return DamagedInput.accepted(() -> use(file.getParent()));
    }

    static boolean checkClip(byte[] vocabulary, byte[] merges) {
        Path file = DamagedInput.file("vocab.json", vocabulary);
        DamagedInput.file("merges.txt", merges);
        try {
            Files.deleteIfExists(file.resolveSibling("tokenizer.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return DamagedInput.accepted(() -> use(file.getParent()));
    }

    private static void use(Path folder) {
        try (TextTokenizer tokenizer = TextTokenizer.load(folder)) {
            List<Integer> ids = tokenizer.encode(TEXT, true).ids();
            tokenizer.decode(ids, true);
            tokenizer.encodePlain(TEXT);
            tokenizer.specialId("bos_token");
            tokenizer.count();
        }
    }
}
