package dev.tandem.core.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server for tests: the machine's own binaries with a data folder and a port of their own. Where there are none a test is skipped, with a word; with
 * {@code -Dtandem.require=postgres} it fails instead.
 */
public final class RealPostgres implements AutoCloseable {

    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private final Path binaries;
    private final Path folder;
    private final int port;

    private RealPostgres(Path binaries, Path folder, int port) {
        this.binaries = binaries;
        this.folder = folder;
        this.port = port;
    }

    /** Starts one, or skips the test. */
    public static RealPostgres start() {
        Optional<Path> binaries = binaries();
        if (binaries.isEmpty()) {
            String word = "no PostgreSQL in " + VERSIONS + "; install Debian's package postgresql to run this test";
            if (System.getProperty("tandem.require", "").contains("postgres")) {
                throw new AssertionError(word);
            }
            Assumptions.abort(word);
        }
        try {
            Path folder = Files.createTempDirectory("tandem-postgres");
            int port;
            try (ServerSocket socket = new ServerSocket(0)) {
                port = socket.getLocalPort();
            }
            RealPostgres server = new RealPostgres(binaries.get(), folder, port);
            if (isRoot()) {
                run(List.of("chown", "postgres", folder.toString()));
            }
            server.tool("initdb", "-D", server.data(), "-U", "tandem", "-A", "trust", "-N", "--no-instructions");
            server.tool(
                    "pg_ctl",
                    "-D",
                    server.data(),
                    "-l",
                    folder.resolve("log").toString(),
                    "-w",
                    "-o",
                    "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off",
                    "start");
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> binaries() {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(b -> Files.isExecutable(b.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    /** PostgreSQL refuses to run as root. */
    private void tool(String name, String... options) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        command.add(binaries.resolve(name).toString());
        command.addAll(List.of(options));
        run(command);
    }

    private static void run(List<String> command) {
        try {
            Path out = Files.createTempFile("tandem-postgres", ".out");
            // to a file: a server that was started would keep a pipe open
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(
                        String.join(" ", command) + " failed:\n" + Files.readString(out, StandardCharsets.UTF_8));
            }
            Files.delete(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Its address, for a program of its own. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=tandem";
    }

    /** Gives connections to it. */
    public DataSource database() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url());
        return source;
    }

    @Override
    public void close() {
        tool("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
        run(List.of("rm", "-r", folder.toString()));
    }
}
