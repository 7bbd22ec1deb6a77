package dev.tandem.core.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A hub on this machine that behaves as the public one does: pages, redirects of large files to another host, ranges, cuts. */
final class FakeHub implements AutoCloseable {

    static final String MODEL = "someone/small-model";
    private static final int PAGE = 3;
    private static final int LARGE = 1000;

    final Map<String, byte[]> files = new LinkedHashMap<>();

    /** Path to how many bytes come before the connection ends, once for each entry. */
    final Map<String, List<Integer>> cuts = new ConcurrentHashMap<>();

    /** Path to the checksum that the list names instead of the true one. */
    final Map<String, String> lies = new HashMap<>();

    /** Everything that was asked for: server, path, Range and Authorization. */
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    @Nullable
    String neededToken;

    private final HttpServer hub;
    private final HttpServer storage;

    FakeHub() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        hub = HttpServer.create(new InetSocketAddress(here, 0), 0);
        storage = HttpServer.create(new InetSocketAddress(here, 0), 0);
        hub.setExecutor(Executors.newCachedThreadPool());
        storage.setExecutor(Executors.newCachedThreadPool());
        hub.createContext("/", this::answer);
        storage.createContext("/", exchange -> {
            note("storage", exchange);
            send(exchange, exchange.getRequestURI().getPath().substring(1));
        });
        hub.start();
        storage.start();
    }

    String address() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    Hub.Builder client() {
        // a cut of this server is a connection on which nothing comes any more
        return Hub.builder().address(address()).pause(Duration.ofMillis(1)).timeout(Duration.ofSeconds(2));
    }

    private void note(String server, HttpExchange exchange) {
        asked.add(server + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Range") + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        note("hub", exchange);
        String path = exchange.getRequestURI().getPath();
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        if (neededToken != null && !("Bearer " + neededToken).equals(token)) {
            status(exchange, 401);
        } else if (path.equals("/api/models/" + MODEL + "/tree/main")) {
            list(exchange);
        } else if (path.startsWith("/" + MODEL + "/resolve/main/")) {
            String file = path.substring(("/" + MODEL + "/resolve/main/").length());
            byte[] content = files.get(file);
            if (content != null && content.length >= LARGE) {
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                "http://localhost:" + storage.getAddress().getPort() + "/" + file);
                status(exchange, 302);
            } else {
                send(exchange, file);
            }
        } else {
            status(exchange, 404);
        }
    }

    private void list(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        int from = query.contains("cursor=") ? Integer.parseInt(query.replaceAll(".*cursor=(\\d+).*", "$1")) : 0;
        ArrayNode page = new ObjectMapper().createArrayNode();
        List<String> names = List.copyOf(files.keySet());
        page.addObject().put("type", "directory").put("path", "folder");
        for (String name : names.subList(from, Math.min(names.size(), from + PAGE))) {
            byte[] content = files.get(name);
            ObjectNode entry = page.addObject().put("type", "file").put("path", name);
            boolean large = content.length >= LARGE;
            entry.put("size", large ? 133 : content.length);
            if (large) {
                entry.putObject("lfs").put("size", content.length).put("oid", lies.getOrDefault(name, sha256(content)));
            }
        }
        if (from + PAGE < names.size()) {
            exchange.getResponseHeaders()
                    .set(
                            "Link",
                            "<" + address() + "/api/models/" + MODEL + "/tree/main?recursive=true&cursor="
                                    + (from + PAGE) + ">; rel=\"next\"");
        }
        byte[] body = page.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void send(HttpExchange exchange, String file) throws IOException {
        byte[] content = files.get(file);
        if (content == null) {
            status(exchange, 404);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        int length = content.length - from;
        exchange.sendResponseHeaders(range == null ? 200 : 206, length == 0 ? -1 : length);
        List<Integer> cut = cuts.getOrDefault(file, List.of());
        int sent = length;
        if (!cut.isEmpty()) {
            sent = Math.min(length, cut.get(0));
            cuts.put(file, cut.subList(1, cut.size()));
        }
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(content, from, sent);
            out.flush();
        } catch (IOException e) {
            // fewer bytes than were promised, as was intended
        }
        exchange.close();
    }

    private static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
    }
}
