package dev.tandem.samples.server;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/**
 * Something to ask for.
 *
 * @param path with names in braces, as Javalin and OpenAPI write it
 */
record Route(HandlerType method, String path, Handler handler) {

    static Route get(String path, Handler handler) {
        return new Route(HandlerType.GET, path, handler);
    }

    static Route post(String path, Handler handler) {
        return new Route(HandlerType.POST, path, handler);
    }

    static Route delete(String path, Handler handler) {
        return new Route(HandlerType.DELETE, path, handler);
    }
}
