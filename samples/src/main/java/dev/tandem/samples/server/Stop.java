package dev.tandem.samples.server;

import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** Waits for SIGTERM or Ctrl-C, on which the Java virtual machine ends as soon as its hooks have. */
final class Stop {

    private Stop() {}

    /** Serves until the process is told to end; then answers end or are refused, and the database is closed. */
    static void await(TandemServer server, HikariDataSource database, PrintWriter out) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    int left = server.underWay();
                    if (left > 0) {
                        out.println("Tandem stops; requests under way: " + left);
                        out.flush();
                    }
                    server.close();
                    database.close();
                    stopped.countDown();
                },
                "tandem-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Runtime.getRuntime().removeShutdownHook(hook);
            throw e;
        }
    }
}
