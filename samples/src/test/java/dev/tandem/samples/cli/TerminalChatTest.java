package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The chat on a real pseudo terminal, which util-linux's {@code script} makes. */
@EnabledOnOs(OS.LINUX)
class TerminalChatTest {

    private static final String PROMPT = "you> ";
    private static final String UP = "\u001bOA";
    private static final String END_OF_LINE = "\u0005";
    private static final String ERASE = "\u007f";
    private static final String SEARCH = "\u0012";

    @TempDir
    Path folder;

    private Process process;

    private String shown() throws IOException {
        return new String(Files.readAllBytes(folder.resolve("out")), StandardCharsets.UTF_8);
    }

    /** Says or asks something, and waits for the next prompt: keys that are typed before it are the terminal's. */
    private void say(String line, String awaited) throws Exception {
        type(line + "\r", awaited, PROMPT);
    }

    /** Types keys, and waits until this is shown, one after the other. */
    private void type(String keys, String... awaited) throws Exception {
        int before = shown().length();
        OutputStream in = process.getOutputStream();
        in.write(keys.getBytes(StandardCharsets.UTF_8));
        in.flush();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (String each : awaited) {
            while (shown().indexOf(each, before) < 0) {
                assertTrue(System.nanoTime() < end && process.isAlive(), "no '" + each + "' in\n" + shown());
                Thread.sleep(20);
            }
            before = shown().indexOf(each, before) + each.length();
        }
    }

    @Test
    void commandsHistoryAndCompletion() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no script to make a terminal");
        Path photos = folder.resolve("photos");
        String command = String.join(
                " ",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1 -Dai.djl.offline=true -DOPT_OUT_TRACKING=true",
                Main.class.getName(),
                "chat",
                ScriptedStages.folder(folder).toString(),
                "--out",
                photos.toString());
        ProcessBuilder builder = new ProcessBuilder("/usr/bin/script", "-qefc", command, "/dev/null")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("TERM", "xterm-256color");
        builder.environment().put("COLORTERM", "truecolor");
        builder.environment().remove("NO_COLOR");
        process = builder.start();
        try {
            type("", PROMPT);
            say("hello there", "hello there\r\n\r\n");
            say("look <a dog>", "[photo: a dog] " + photos.resolve("a-dog.png"));
            assertTrue(shown().contains("\u001b[38;2;") && shown().contains("\u2580"), "drawn in half blocks");
            assertTrue(Files.size(photos.resolve("a-dog.png")) > 0);
            // the line before the last, with another end
            say(UP + UP + END_OF_LINE + ERASE.repeat(5) + "again", "hello again\r\n\r\n");
            type(SEARCH, "bck-i-search: ");
            say("look", "[photo: a dog] " + photos.resolve("a-dog-2.png"));
            say("/he\t", "Tab completes commands.");
            say("/photo", "say which: /photo FILE");
            say("/save", "Saved to " + photos);
            say("/new", "A new conversation.");
            say("/nonsense", "There is no /nonsense; /help lists what there is.");
            type("/quit\r");
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String saved = Files.readString(photos.resolve("conversation.md"));
        for (String said : List.of("hello there", "hello again", "a-dog.png", "a-dog-2.png")) {
            assertTrue(saved.contains(said), saved);
        }
    }
}
