package dev.tandem.samples.server;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.stage.CancelledException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.util.JavalinBindException;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The server: routes, what stands before them, and how it starts and stops. */
final class TandemServer implements AutoCloseable {

    /** Threads for what waits for no model: lists, files, bodies that come slowly. */
    private static final int MORE_THREADS = 100;

    /** Of these, how many read bodies at most. */
    private static final int BODY_THREADS = 60;

    private static final int LOOK_MILLIS = 50;
    private static final long CANCEL_MILLIS = 5_000;

    private final ServerSettings settings;
    private final Access access;
    private final Bodies bodies;
    private final Jobs jobs;
    private final Metrics metrics;
    private final RequestWatch watch;
    private final List<Route> routes;
    private final Javalin app;
    private volatile boolean stopping;

    /**
     * A server that listens.
     *
     * @param agent that answers; closing it is the caller's business, as are the queue and the database
     * @param queue that runs the agent's stages
     * @throws IllegalArgumentException if the port is taken
     */
    TandemServer(PhotoSharingAgent agent, WorkQueue queue, DataSource database, ServerSettings settings) {
        this.settings = settings;
        access = new Access(settings.keys(), settings.origins());
        jobs = new Jobs(queue, settings.limits());
        metrics = new Metrics(queue);
        watch = new RequestWatch(metrics);
        bodies = new Bodies(settings.limits(), BODY_THREADS);
        routes = new Routes(agent, settings, bodies, jobs, new Conversations(database), metrics).all();
        app = Javalin.create(this::configure);
        app.before(this::enter);
        app.before("/v1/*", access::checkKey);
        app.before("/metrics", access::checkKey);
        app.options("/v1/*", access::preflight);
        for (Route route : routes) {
            app.addHttpHandler(route.method(), route.path(), context -> {
                context.req().setAttribute(RequestWatch.ROUTE, route.path());
                try {
                    route.handler().handle(context);
                } catch (OutOfMemoryError | StackOverflowError e) {
                    throw new IllegalStateException("a request took more memory than there is", e);
                }
            });
        }
        app.get("/", context -> WebFiles.send(context, "index.html"));
        app.get("/<file>", this::file);
        app.exception(Exception.class, this::fail);
        app.exception(HttpResponseException.class, this::fail); // Javalin has an answer of its own for these
        try {
            app.start();
        } catch (JavalinBindException e) {
            jobs.close();
            throw new IllegalArgumentException(
                    "cannot listen at " + settings.host() + ":" + settings.port()
                            + "; is the port taken? --port N takes another",
                    e);
        }
    }

    private void configure(JavalinConfig config) {
        config.showJavalinBanner = false;
        config.startupWatcherEnabled = false;
        config.useVirtualThreads = false;
        config.http.prefer405over404 = true;
        config.http.disableCompression(); // would hold events back
        config.jetty.threadPool = new QueuedThreadPool(settings.queue() + settings.parallel() + MORE_THREADS);
        config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        config.jetty.addConnector(this::connector);
        config.jetty.modifyServletContextHandler(
                handler -> handler.addFilter(new FilterHolder(watch), "/*", EnumSet.of(DispatcherType.REQUEST)));
    }

    private ServerConnector connector(Server server, HttpConfiguration http) {
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.addBean(watch);
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.limits().body().toMillis());
        return connector;
    }

    private void enter(Context context) {
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("X-Frame-Options", "DENY");
        context.header("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:");
        context.header("Cache-Control", "no-store");
        if (stopping) {
            throw ApiException.stopping();
        }
        access.checkOrigin(context);
    }

    private void file(Context context) throws IOException {
        String path = context.pathParam("file");
        if (routes.stream().anyMatch(route -> route.path().equals("/" + path))) {
            throw new MethodNotAllowedResponse(); // files would hide that this address takes another method
        }
        WebFiles.send(context, path);
    }

    private void fail(Exception problem, Context context) {
        if (context.res().isCommitted()) {
            return; // the client has gone, or was told in its stream
        }
        if (problem instanceof CancelledException) {
            context.status(499);
            return;
        }
        ApiException told = Failures.of(problem);
        if (told.status() != 408) { // of a slow body nothing more is awaited
            bodies.skip(context);
        }
        Answers.send(context, told);
    }

    int port() {
        return app.port();
    }

    /** How many requests are under way. */
    int underWay() {
        return watch.underWay();
    }

    List<Route> routes() {
        return routes;
    }

    /**
     * Stops gracefully: what comes now is refused, what is under way may end, and what has not ended after the time of grace is cancelled and refused, so that every client
     * hears how it stands.
     */
    @Override
    public void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        await(settings.limits().grace().toMillis());
        jobs.cancelAll();
        await(CANCEL_MILLIS);
        app.stop();
        jobs.close();
        metrics.close();
    }

    private void await(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            while (watch.underWay() > 0 && System.nanoTime() - end < 0) {
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
