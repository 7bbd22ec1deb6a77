package dev.tandem.samples.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;

/**
 * What surrounds a run of the program.
 *
 * @param out for what was asked for, in UTF-8
 * @param err for everything else, in UTF-8
 * @param environment variables
 * @param inIsTerminal whether somebody types
 * @param outIsTerminal whether somebody reads
 * @param interruption Ctrl-C
 */
record Io(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean inIsTerminal,
        boolean outIsTerminal,
        Interruption interruption) {

    private static final int COLUMNS = 80;

    /** The process's own. */
    static Io ofProcess() {
        return new Io(
                new FileInputStream(FileDescriptor.in),
                utf8(new FileOutputStream(FileDescriptor.out)),
                utf8(new FileOutputStream(FileDescriptor.err)),
                System.getenv(),
                isTerminal(SystemStream.Input),
                isTerminal(SystemStream.Output),
                new Interruption());
    }

    static PrintStream utf8(OutputStream out) {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    /** Columns of the terminal that is written to. */
    int columns() {
        if (outIsTerminal) {
            try {
                int width = TerminalProvider.load("jni").systemStreamWidth(SystemStream.Output);
                if (width > 0) {
                    return width;
                }
            } catch (IOException | RuntimeException | LinkageError e) {
                // a system that JLine has no native code for: the usual width will do
            }
        }
        try {
            return Math.max(1, Integer.parseInt(environment.getOrDefault("COLUMNS", "")));
        } catch (NumberFormatException e) {
            return COLUMNS;
        }
    }

    private static boolean isTerminal(SystemStream stream) {
        try {
            return TerminalProvider.load("jni").isSystemStream(stream);
        } catch (IOException | RuntimeException | LinkageError e) {
            return System.console() != null;
        }
    }
}
