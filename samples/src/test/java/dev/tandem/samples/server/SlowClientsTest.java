package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.tandem.samples.cli.ScriptedStages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Clients that read or send slowly, or ask for more than their share: the others get their answers. */
@Isolated
class SlowClientsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String PHOTO = Served.chat("<a dog>", "");

    /** Times that no test waits for. */
    private static final Limits PATIENT = new Limits(
            200_000,
            400_000,
            2,
            1_000_000,
            200_000,
            6,
            10_000,
            1024,
            50,
            Duration.ofSeconds(120),
            Duration.ofSeconds(120),
            Duration.ofSeconds(120),
            Duration.ofSeconds(1));

    private static final Limits LARGE = new Limits(
            200_000,
            400_000,
            2,
            1_000_000,
            100,
            6,
            100L << 20,
            2048,
            50,
            Duration.ofSeconds(120),
            Duration.ofSeconds(120),
            Duration.ofSeconds(120),
            Duration.ofSeconds(1));

    @TempDir
    Path folder;

    private final Semaphore steps = new Semaphore(0);
    private final CountDownLatch drawing = new CountDownLatch(1);
    private Runnable before;

    @BeforeEach
    void remember() {
        before = ScriptedStages.whileDrawing;
    }

    @AfterEach
    void letGo() {
        steps.release(1000);
        ScriptedStages.whileDrawing = before;
        ScriptedStages.whileWriting = () -> {};
    }

    /** Each step of a drawing waits until the test lets it go. */
    private void hold() {
        ScriptedStages.whileDrawing = () -> {
            drawing.countDown();
            steps.acquireUninterruptibly();
        };
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it never came to be");
            Thread.sleep(20);
        }
    }

    private static int queue(Served served) {
        return Served.json(served.get("/health")).path("queue").asInt();
    }

    /** A connection with a small buffer for what it receives, on which a request was sent. */
    private static Socket sent(Served served, String head, String body) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", served.server.port()));
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write((head + "\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    @Test
    void whoDoesNotReadHoldsNobodyUp() throws Exception {
        try (Served served = Served.with(folder, PATIENT);
                // pictures of 3 million bytes: far more than any buffer of the network
                Socket silent = sent(
                        served,
                        "POST /v1/images/generations HTTP/1.1",
                        "{\"prompt\":\"a dog\",\"n\":5,\"size\":\"1024x1024\",\"steps\":1,\"stream\":true}")) {
            await(() -> served.get("/metrics").body().contains("tandem_photos_drawn_total 1"));
            HttpResponse<String> other = served.say("hello");
            assertEquals(200, other.statusCode(), other.body());
            // all is drawn though nothing is read
            await(() -> served.get("/metrics").body().contains("tandem_photos_drawn_total 5.0"));
            assertFalse(
                    served.get("/metrics").body().contains("route=\"/v1/images/generations\""),
                    "and it can still be read");
            String all = new String(silent.getInputStream().readNBytes(100), StandardCharsets.UTF_8);
            assertTrue(all.startsWith("HTTP/1.1 200"), all);
        }
    }

    @Test
    void aSlowReaderGetsAll() throws Exception {
        try (Served served = Served.with(folder, PATIENT)) {
            Socket slow = sent(
                    served,
                    "POST /v1/images/generations HTTP/1.0",
                    "{\"prompt\":\"a dog\",\"n\":3,\"size\":\"1024x1024\",\"steps\":1,\"stream\":true}");
            await(() -> served.get("/metrics").body().contains("tandem_photos_drawn_total 3.0"));
            String all = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            slow.close();
            assertEquals(3, all.split("event: image_generation.completed", -1).length - 1);
            assertTrue(all.endsWith("}\n\n"), "to its end");
        }
    }

    @Test
    void whoNeverReadsIsGivenUpInTheEnd() throws Exception {
        Limits hasty = new Limits(
                200_000,
                400_000,
                2,
                1_000_000,
                100,
                6,
                10_000,
                1024,
                50,
                Duration.ofSeconds(120),
                Duration.ofSeconds(120),
                Duration.ofMillis(200),
                Duration.ofSeconds(1));
        try (Served served = Served.with(folder, hasty);
                Socket silent = sent(
                        served,
                        "POST /v1/images/generations HTTP/1.1",
                        "{\"prompt\":\"a dog\",\"n\":3,\"size\":\"1024x1024\",\"steps\":1,\"stream\":true}")) {
            await(() -> served.get("/metrics").body().contains("route=\"/v1/images/generations\""));
            silent.setReceiveBufferSize(1 << 20);
            byte[] rest = silent.getInputStream().readAllBytes();
            assertTrue(rest.length < 3 * 1024 * 1024, "the connection was closed before the end");
        }
    }

    @Test
    void whoDoesNotReadDoesNotKeepTheServerFromStopping() throws Exception {
        Served served = Served.with(folder, PATIENT);
        try (Socket silent = sent(
                served,
                "POST /v1/images/generations HTTP/1.1",
                "{\"prompt\":\"a dog\",\"n\":5,\"size\":\"1024x1024\",\"steps\":1,\"stream\":true}")) {
            await(() -> served.get("/metrics").body().contains("tandem_photos_drawn_total 5.0"));
            CompletableFuture.runAsync(served::close).get(60, TimeUnit.SECONDS);
            assertTrue(silent.isConnected());
        }
    }

    @Test
    void bodiesThatTrickleHoldNobodyUp() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try (Served served = Served.with(folder, PATIENT)) {
            for (int i = 0; i < 200; i++) {
                slow.add(trickle(served));
            }
            HttpResponse<String> other = served.say("hello");
            assertEquals(200, other.statusCode(), other.body());
            assertEquals(200, served.get("/health").statusCode());
            await(() -> slow.stream().filter(SlowClientsTest::isAnswered).count() >= 100);
            for (Socket each : slow) {
                if (isAnswered(each)) {
                    String answer = new String(each.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
                    assertEquals("HTTP/1.1 408", answer, "it made room");
                }
            }
        } finally {
            for (Socket each : slow) {
                each.close();
            }
        }
    }

    private static boolean isAnswered(Socket socket) {
        try {
            return socket.getInputStream().available() >= 12;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void refusedBodiesThatTrickleHoldNobodyUp() throws Exception {
        List<Socket> slow = new ArrayList<>();
        String key = ApiKeys.fresh();
        Path keys = Files.writeString(folder.resolve("keys"), ApiKeys.line("ann", key));
        try (Served served = Served.withKeys(folder, ApiKeys.read(keys), key, PATIENT, 2)) {
            for (int i = 0; i < 200; i++) {
                slow.add(trickle(served)); // without a key
            }
            assertEquals(200, served.say("hello").statusCode());
        } finally {
            for (Socket each : slow) {
                each.close();
            }
        }
    }

    /** A request of which five bytes came. */
    private static Socket trickle(Served served) throws IOException {
        Socket socket = new Socket("127.0.0.1", served.server.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"mes")
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    @Test
    void oneKeyDoesNotTakeAllPlaces() throws Exception {
        hold();
        String ann = ApiKeys.fresh();
        String bob = ApiKeys.fresh();
        Path file = Files.writeString(
                folder.resolve("keys"), ApiKeys.line("ann", ann) + "\n" + ApiKeys.line("bob", bob) + "\n");
        try (Served served = Served.withKeys(folder, ApiKeys.read(file), ann, PATIENT, 2)) {
            var first = served.postLater(CHAT, PHOTO);
            assertTrue(drawing.await(20, TimeUnit.SECONDS));
            var second = served.postLater(CHAT, PHOTO);
            await(() -> queue(served) == 1);
            for (String path : List.of(CHAT, "/v1/images/generations")) {
                HttpResponse<String> refused = served.post(path, PHOTO);
                assertEquals(429, refused.statusCode(), refused.body());
                assertEquals(
                        "rate_limit_exceeded",
                        Served.json(refused).path("error").path("code").asText());
                int seconds = Integer.parseInt(
                        refused.headers().firstValue("Retry-After").orElseThrow());
                assertTrue(seconds >= 1 && seconds <= 60);
            }
            var other = served.postLater(CHAT, PHOTO, bob);
            await(() -> queue(served) == 2);
            steps.release(1000);
            assertEquals(200, first.get().statusCode());
            assertEquals(200, second.get().statusCode());
            assertEquals(200, other.get().statusCode());
            assertEquals(200, served.post(CHAT, PHOTO).statusCode(), "there is room again");
            HttpResponse<String> wrong = served.send(
                    served.request(CHAT).POST(BodyPublishers.ofString("{")).build());
            assertEquals(400, wrong.statusCode());
            assertEquals(200, served.post(CHAT, PHOTO).statusCode(), "what fails gives its place back");
            assertEquals(200, served.post(CHAT, PHOTO).statusCode());
        }
    }

    @Test
    void whoDoesNotReadItsConversationsTakesNoMoreThanItsShare() throws Exception {
        String ann = ApiKeys.fresh();
        String bob = ApiKeys.fresh();
        Path file = Files.writeString(
                folder.resolve("keys"), ApiKeys.line("ann", ann) + "\n" + ApiKeys.line("bob", bob) + "\n");
        List<Socket> silent = new ArrayList<>();
        try (Served served = Served.withKeys(folder, ApiKeys.read(file), ann, LARGE, 2)) {
            String id =
                    Served.json(served.post("/v1/conversations", "")).path("id").asText();
            assertEquals(
                    200,
                    served.post(CHAT, Served.chat("<a dog>", ",\"conversation\":\"" + id + "\""))
                            .statusCode());
            String messages = "/v1/conversations/" + id + "/messages";
            assertEquals(
                    200,
                    served.post(messages + "/1/images/0", "{\"prompt\":\"a cat\",\"size\":\"1800x1800\",\"steps\":1}")
                            .statusCode());
            for (int i = 0; i < 2; i++) {
                Socket socket = sent(served, "GET " + messages + " HTTP/1.1\r\nAuthorization: Bearer " + ann, "");
                silent.add(socket);
                String begun = new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
                assertEquals("HTTP/1.1 200", begun);
            }
            assertEquals(429, served.get(messages).statusCode());
            assertEquals(200, served.get("/v1/conversations").statusCode());
            assertEquals(
                    404, served.send(served.request(messages, bob).build()).statusCode(), "another key has its own");
            for (Socket each : silent) {
                each.close();
            }
            await(() -> served.get(messages).statusCode() == 200);
        }
    }

    @Test
    void whoWaitsHearsHowManyAreBefore() throws Exception {
        hold();
        try (Served served = Served.with(folder, PATIENT)) {
            var first = served.postLater(CHAT, PHOTO);
            assertTrue(drawing.await(20, TimeUnit.SECONDS));
            var second = served.postLater(CHAT, PHOTO);
            await(() -> queue(served) == 1);
            try (Socket socket =
                    sent(served, "POST " + CHAT + " HTTP/1.1", Served.chat("<a dog>", ",\"stream\":true"))) {
                StringBuilder heard = new StringBuilder();
                while (heard.indexOf(": waiting, 1 before you\n\n") < 0) {
                    int next = socket.getInputStream().read();
                    assertNotEquals(-1, next, heard.toString());
                    heard.append((char) next);
                }
                assertTrue(heard.indexOf("HTTP/1.1 200") == 0, heard.toString());
                steps.release(1000);
                while (heard.indexOf("data: [DONE]") < 0) {
                    int next = socket.getInputStream().read();
                    assertNotEquals(-1, next, heard.toString());
                    heard.append((char) next);
                }
            }
            assertEquals(200, first.get().statusCode());
            assertEquals(200, second.get().statusCode());
        }
    }

    @Test
    void aStreamThatDoesNotWaitHasAStatusOfItsOwn() throws Exception {
        try (Served served = Served.with(folder, PATIENT)) {
            String missing = Served.chat("hi", ",\"stream\":true,\"conversation\":\"" + "0".repeat(32) + "\"");
            assertEquals(404, served.post(CHAT, missing).statusCode());
        }
    }

    @Test
    void clientsOverlookThatTheyWait() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        ScriptedStages.whileWriting = () -> {
            writing.countDown();
            steps.acquireUninterruptibly();
        };
        try (Served served = Served.with(folder, PATIENT)) {
            var first = served.postLater(CHAT, Served.chat("hi", ""));
            assertTrue(writing.await(20, TimeUnit.SECONDS));
            CompletableFuture<String> whole = new CompletableFuture<>();
            OpenAiStreamingChatModel.builder()
                    .baseUrl("http://127.0.0.1:" + served.server.port() + "/v1")
                    .apiKey("none")
                    .modelName("default")
                    .build()
                    .chat("hello", new StreamingChatResponseHandler() {
                        @Override
                        public void onPartialResponse(String piece) {}

                        @Override
                        public void onCompleteResponse(ChatResponse response) {
                            whole.complete(response.aiMessage().text());
                        }

                        @Override
                        public void onError(Throwable error) {
                            whole.completeExceptionally(error);
                        }
                    });
            await(() -> queue(served) == 1);
            Thread.sleep(500); // in which a comment is sent
            steps.release(1000);
            assertEquals("[1 turns, 0 photos] hello", whole.get(20, TimeUnit.SECONDS));
            assertEquals(200, first.get().statusCode());
        }
    }
}
