package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README says about commands and code is so. */
class ReadmeTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern COMMAND = Pattern.compile("\\./tandem ([a-z]+)([^\\n]*)");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");
    private static final Pattern JAVA = Pattern.compile("(?s)```java\\n(.*?)```");

    @Test
    void commandsAndTheirOptionsExist() throws IOException {
        List<MatchResult> commands = COMMAND.matcher(readme()).results().toList();
        assertTrue(commands.size() > 3, "found only " + commands.size() + " commands");
        for (MatchResult command : commands) {
            CommandLineRun help = CommandLineRun.of(command.group(1), "--help");
            assertEquals(0, help.code(), "tandem " + command.group(1) + ": " + help.err());
            for (MatchResult option : OPTION.matcher(command.group(2)).results().toList()) {
                assertTrue(
                        help.out().contains(option.group()),
                        "tandem " + command.group(1) + " has no " + option.group());
            }
        }
    }

    @Test
    void theJavaProgramIsTheOneThatIsCompiled() throws IOException {
        List<String> shown =
                JAVA.matcher(readme()).results().map(block -> block.group(1)).toList();
        assertFalse(shown.isEmpty());
        String compiled =
                words(Files.readString(ROOT.resolve("samples/src/main/java/dev/tandem/samples/HelloPhoto.java")));
        for (String block : shown) {
            assertTrue(compiled.contains(words(block)), "HelloPhoto.java holds no such lines:\n" + block);
        }
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    private static String words(String code) {
        return code.strip().replaceAll("\\s+", " ");
    }
}
