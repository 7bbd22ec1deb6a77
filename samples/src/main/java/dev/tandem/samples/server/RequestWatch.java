package dev.tandem.samples.server;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.Request;

/** Measures requests, and knows how many are under way: until the last byte of an answer is handed to the network, which is after its handler has ended. */
final class RequestWatch implements Filter, HttpChannel.Listener {

    /** Where a request keeps the path of its route, which unlike its own has no ids in it. */
    static final String ROUTE = "tandem.route";

    private final Metrics metrics;
    private final AtomicInteger underWay = new AtomicInteger();

    RequestWatch(Metrics metrics) {
        this.metrics = metrics;
    }

    int underWay() {
        return underWay.get();
    }

    @Override
    public void onRequestBegin(Request request) {
        underWay.incrementAndGet();
    }

    @Override
    public void onComplete(Request request) {
        underWay.decrementAndGet();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long began = System.nanoTime();
        try {
            chain.doFilter(request, response);
        } finally {
            if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
                Object route = Objects.requireNonNullElse(http.getAttribute(ROUTE), "none");
                metrics.requested(
                        route.equals("none") ? "none" : http.getMethod(), // anybody can make up a method
                        route.toString(),
                        answer.getStatus(),
                        Duration.ofNanos(System.nanoTime() - began));
            }
        }
    }
}
