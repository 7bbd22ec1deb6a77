package dev.tandem.samples.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A run of the command line inside the test. */
record CommandLineRun(int code, String out, String err) {

    static CommandLineRun of(String... args) {
        return withInput(new byte[0], args);
    }

    static CommandLineRun withInput(byte[] input, String... args) {
        return with(new ByteArrayInputStream(input), Map.of(), new Interruption(), args);
    }

    static CommandLineRun with(
            InputStream in, Map<String, String> environment, Interruption interruption, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Io io = new Io(in, Io.utf8(out), Io.utf8(err), environment, false, false, interruption);
        int code = Main.run(io, args);
        return new CommandLineRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
