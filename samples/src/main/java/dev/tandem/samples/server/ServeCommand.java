package dev.tandem.samples.server;

import com.zaxxer.hikari.HikariDataSource;
import dev.tandem.core.agent.Models;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.tensor.Device;
import dev.tandem.samples.safety.CheckerOption;
import dev.tandem.samples.safety.PictureCheck;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves the agent over HTTP. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Serve the agent in the formats of OpenAI's API, with a web chat at /.")
public final class ServeCommand implements Callable<Integer> {

    private static final int MOST_WAITING = 10_000;
    private static final int MOST_PARALLEL = 64;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            description = "a model's name, or the path of a model folder (default: ${DEFAULT-VALUE})")
    private String model = Models.DEFAULT;

    @Option(names = "--port", paramLabel = "N", description = "0 for any that is free (default: ${DEFAULT-VALUE})")
    private int port = 8080;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description =
                    "address to listen at; others than this machine's own need --keys (default: ${DEFAULT-VALUE})")
    private String host = "127.0.0.1";

    @Option(names = "--keys", paramLabel = "FILE", description = "API keys, as lines NAME:SHA256 that --new-key prints")
    private @Nullable Path keys;

    @Option(names = "--new-key", paramLabel = "NAME", description = "print a new key and its line for --keys, and end")
    private @Nullable String newKey;

    @Option(names = "--data", paramLabel = "DIR", description = "folder for conversations (default: ${DEFAULT-VALUE})")
    private Path data = Path.of("tandem-data");

    @Option(
            names = "--database",
            paramLabel = "JDBC_URL",
            defaultValue = "${env:TANDEM_DATABASE}",
            description = "keep conversations in this PostgreSQL instead, which servers may share; the variable"
                    + " TANDEM_DATABASE says the same without showing a password in the list of processes")
    private @Nullable String database;

    @Option(
            names = "--queue",
            paramLabel = "N",
            description = "how many requests may wait; more are refused (default: ${DEFAULT-VALUE})")
    private int queue = 64;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "how many photos are drawn at a time, sharing the passes of the diffusion model; half as many answers are written"
                            + " (default: ${DEFAULT-VALUE})")
    private int parallel = 4;

    @Option(
            names = "--per-key",
            paramLabel = "N",
            description = "how many requests of one key may wait or be at work; more of it are refused"
                    + " (default: a quarter of --queue and --parallel together; without --keys there is no such limit)")
    private @Nullable Integer perKey;

    @Option(
            names = "--cors",
            paramLabel = "ORIGIN",
            description =
                    "a page that may ask from elsewhere, such as https://chat.example; repeatable (default: none)")
    private List<String> origins = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "longest time for an answer, waiting included (default: ${DEFAULT-VALUE})")
    private int timeout = (int) Limits.DEFAULT.answer().toSeconds();

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            description = "when stopped, how long answers under way may take (default: ${DEFAULT-VALUE})")
    private int grace = (int) Limits.DEFAULT.grace().toSeconds();

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device = "cpu";

    @Mixin
    private CheckerOption checker = new CheckerOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Runnable stopsItself;

    /**
     * The command.
     *
     * @param stopsItself run when a signal is this command's business from then on, and nobody else's
     */
    public ServeCommand(Runnable stopsItself) {
        this.stopsItself = stopsItself;
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (newKey != null) {
            printKey(out, newKey);
            return 0;
        }
        ServerSettings settings = settings();
        try (HikariDataSource conversations = database == null ? Database.inFolder(data) : Database.at(database);
                PictureCheck check = checker.load(Device.parse(device));
                WorkQueue queue = new WorkQueue(settings.queue(), settings.parallel());
                PhotoSharingAgent agent = check.on(PhotoSharingAgent.builder())
                        .model(model)
                        .device(Device.parse(device))
                        .runner(queue)
                        .build();
                TandemServer server = new TandemServer(agent, queue, conversations, settings)) {
            out.println(
                    agent.checksPictures()
                            ? "Pictures are checked by a safety checker; what it flags is not shown."
                            : "Pictures are not checked: no image guard is set.");
            out.println("Tandem is at http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port()
                    + "/ and its API at /v1; Ctrl-C stops it.");
            out.flush();
            stopsItself.run();
            Stop.await(server, conversations, out);
        }
        return 0;
    }

    private static void printKey(PrintWriter out, String name) {
        String key = ApiKeys.fresh();
        String line = ApiKeys.line(name, key);
        out.println("The key of " + name + ", which is shown only now: " + key);
        out.println("The line for the file of --keys:");
        out.println(line);
    }

    private ServerSettings settings() {
        within("--port", port, 0, 65_535);
        within("--queue", queue, 0, MOST_WAITING);
        within("--parallel", parallel, 1, MOST_PARALLEL);
        within("--timeout", timeout, 1, 86_400);
        within("--grace", grace, 0, 3_600);
        ApiKeys known = keys == null ? ApiKeys.none() : ApiKeys.read(keys);
        if (known.isEmpty() && !isLoopback()) {
            throw new IllegalArgumentException("without API keys only this machine is served, so --host " + host
                    + " needs --keys FILE; tandem serve --new-key NAME makes a key");
        }
        return new ServerSettings(
                host,
                port,
                modelId(),
                known,
                List.copyOf(origins),
                queue,
                parallel,
                perKey(known),
                Limits.DEFAULT.with(Duration.ofSeconds(timeout), Duration.ofSeconds(grace)));
    }

    private int perKey(ApiKeys known) {
        if (known.isEmpty()) {
            if (perKey != null) {
                throw new IllegalArgumentException(
                        "--per-key needs --keys FILE: without keys nobody is told from others");
            }
            return Integer.MAX_VALUE;
        }
        if (perKey == null) {
            return Math.max(1, (queue + parallel) / 4);
        }
        within("--per-key", perKey, 1, MOST_WAITING);
        return perKey;
    }

    private String modelId() {
        Path name = Path.of(model).toAbsolutePath().normalize().getFileName();
        return Models.known().contains(model) || name == null ? model : name.toString();
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--host " + host + " is no address of this machine", e);
        }
    }

    private static void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " lies from " + least + " to " + most + ", got " + value);
        }
    }
}
