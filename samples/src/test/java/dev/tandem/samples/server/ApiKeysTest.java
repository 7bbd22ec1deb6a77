package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysTest {

    @TempDir
    Path folder;

    private String refused(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), content);
        return assertThrows(IllegalArgumentException.class, () -> ApiKeys.read(file))
                .getMessage();
    }

    @Test
    void keysAreKnownByTheirHash() throws IOException {
        String ann = ApiKeys.fresh();
        String bob = ApiKeys.fresh();
        assertNotEquals(ann, bob);
        Path file = Files.writeString(
                folder.resolve("keys"), ApiKeys.line("ann", ann) + "\n# old\n" + ApiKeys.line("bob", bob));
        ApiKeys keys = ApiKeys.read(file);
        assertEquals("ann", keys.owner(ann));
        assertEquals("bob", keys.owner(bob));
        assertNull(keys.owner(""));
        assertNull(keys.owner(ApiKeys.line("ann", ann).substring(4)), "the hash is no key");
    }

    @Test
    void aWrongFileSaysWhereAndRepeatsNoKey() throws IOException {
        String key = ApiKeys.fresh();
        String message = refused(ApiKeys.line("ann", key) + "\nbob:" + key);
        assertTrue(message.startsWith("line 2 of "), message);
        assertFalse(message.contains(key), message);
        assertTrue(
                refused(ApiKeys.line("a", key) + "\n" + ApiKeys.line("a", key)).contains("a second time"));
        assertTrue(refused("# nothing\n").contains("holds no key"));
        assertThrows(UncheckedIOException.class, () -> ApiKeys.read(folder.resolve("none")));
        assertThrows(IllegalArgumentException.class, () -> ApiKeys.line("a:b", key));
        assertThrows(IllegalArgumentException.class, () -> ApiKeys.line("-local", key));
    }
}
