package dev.tandem.samples.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tandem.core.config.OneLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where conversations are kept: a file of this server's own, or a database that several servers share. */
final class Database {

    private static final int CONNECTIONS = 8;
    private static final int PATIENCE_MILLIS = 10_000;

    private Database() {}

    /**
     * A file in a folder, which is made where it is missing, for nobody else to read.
     *
     * @throws IllegalArgumentException if it cannot be opened, such as because another server has it
     */
    static HikariDataSource inFolder(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        if (absolute.toString().contains(";")) {
            throw new IllegalArgumentException("--data must not contain a semicolon, got " + absolute);
        }
        try {
            if (Files.notExists(absolute)) {
                Files.createDirectories(absolute);
                if (absolute.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                    Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString("rwx------"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder " + absolute + ": " + e.getMessage(), e);
        }
        // without a delay a commit is in the file when it returns; the server closes the database itself, after its
        // last answer
        String url = "jdbc:h2:file:" + absolute.resolve("tandem") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
        return open(url, "the conversations in " + absolute + " (is another server using them?)");
    }

    /**
     * A database by its JDBC URL.
     *
     * @throws IllegalArgumentException if it cannot be opened
     */
    static HikariDataSource at(String url) {
        if (!url.startsWith("jdbc:")) {
            throw new IllegalArgumentException(
                    "--database is a JDBC URL, such as jdbc:postgresql://host/tandem?user=tandem");
        }
        // H2 would hold commits back for half a second, and lose them with the process
        boolean delays =
                url.startsWith("jdbc:h2:") && !url.toUpperCase(Locale.ROOT).contains(";WRITE_DELAY=");
        return open(
                delays ? url + ";WRITE_DELAY=0" : url,
                "the database " + url.replaceFirst("[?;].*", "")); // what follows may hold a password
    }

    private static HikariDataSource open(String url, String what) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE_MILLIS);
        config.setPoolName("tandem");
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("cannot open " + what + ": " + reason(e), e);
        }
    }

    private static String reason(Throwable problem) {
        @Nullable Throwable cause = problem.getCause();
        return cause == null || cause == problem ? OneLine.of(String.valueOf(problem.getMessage())) : reason(cause);
    }
}
