package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own: exit codes, streams, Ctrl-C. */
class ProcessTest {

    @TempDir
    Path folder;

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dscripted.step.millis=500",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectOutput(folder.resolve("out").toFile());
        builder.redirectError(folder.resolve("err").toFile());
        return builder.start();
    }

    private String read(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void badInputEndsWithTwo() throws Exception {
        Process process = start("chat", "nonsense", "--once", "hi");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(2, process.exitValue());
        assertEquals("", read("out"));
        assertTrue(read("err").startsWith("tandem: there is no model 'nonsense'"), read("err"));
    }

    @Test
    void linesComeAndGoInUtf8WhateverTheLocaleIs() throws Exception {
        Process process = start("chat", ScriptedStages.folder(folder).toString());
        try (var in = process.getOutputStream()) {
            in.write("gr\u00fc\u00dfe \ud83d\ude00\n".getBytes(StandardCharsets.UTF_8));
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals("gr\u00fc\u00dfe \ud83d\ude00\n", read("out"));
        assertEquals(0, process.exitValue(), read("err"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void ctrlCWhileDrawingLeavesNothing() throws Exception {
        Path photos = folder.resolve("photos");
        String model = ScriptedStages.folder(folder).toString();
        Process process = start("chat", model, "--once", "look <a dog>", "--out", photos.toString());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        // words are printed before a photo is begun
        while (!read("out").startsWith("look") && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        // a process that a script starts in the background, and all that it starts, ignores Ctrl-C
        boolean deaf = ignoresInterrupts();
        try (InputStream none = new ProcessBuilder("kill", deaf ? "-TERM" : "-INT", Long.toString(process.pid()))
                .start()
                .getInputStream()) {
            none.readAllBytes();
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(deaf ? 143 : 130, process.exitValue(), read("err"));
        assertEquals("tandem: interrupted\n", read("err"));
        try (Stream<Path> files = Files.walk(folder)) {
            assertEquals(
                    List.of("err", "out"),
                    files.filter(f -> Files.isRegularFile(f) && !f.startsWith(model))
                            .map(f -> f.getFileName().toString())
                            .sorted()
                            .toList());
        }
    }

    /** Whether SIGINT, the second bit of the mask of ignored signals, is ignored by this process and so by its children. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }
}
