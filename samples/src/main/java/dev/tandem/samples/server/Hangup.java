package dev.tandem.samples.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Notices that a client has gone while nothing is written to it, such as while its request waits. Jetty reads nothing from a connection while a request of it is
 * handled, so this does: what a client sends ahead is handed back for the next request, and the end of the stream means that nobody waits any more.
 */
final class Hangup {

    private final HttpConnection connection;
    private boolean over;

    private Hangup(HttpConnection connection) {
        this.connection = connection;
    }

    /** Watches the connection whose request this thread handles, after its body was read. */
    static Hangup ofThisThread() {
        return new Hangup(HttpConnection.getCurrentConnection());
    }

    /** Whether the client has gone; asked from another thread. */
    synchronized boolean isGone() {
        if (over) {
            return false;
        }
        EndPoint end = connection.getEndPoint();
        ByteBuffer piece = BufferUtil.allocate(1);
        try {
            int count = end.fill(piece);
            if (count > 0) {
                over = true;
                connection.onUpgradeTo(piece);
            }
            return count < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** The request is about to end: from now on the connection is Jetty's alone. */
    synchronized void stop() {
        over = true;
    }
}
