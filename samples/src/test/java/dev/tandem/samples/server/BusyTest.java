package dev.tandem.samples.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.samples.cli.ScriptedStages;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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

/** What happens while answers are under way: waiting, leaving, stopping. Each step of a drawing waits until the test lets it go. */
@Isolated
class BusyTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String PHOTO = Served.chat("<a dog>", "");
    private static final String STREAMED = Served.chat("hi <a dog>", ",\"stream\":true");

    @TempDir
    Path folder;

    private final Semaphore steps = new Semaphore(0);
    private final CountDownLatch drawing = new CountDownLatch(1);
    private Runnable before;

    @BeforeEach
    void hold() {
        before = ScriptedStages.whileDrawing;
        ScriptedStages.whileDrawing = () -> {
            drawing.countDown();
            steps.acquireUninterruptibly();
        };
    }

    @AfterEach
    void letGo() {
        steps.release(1000);
        ScriptedStages.whileDrawing = before;
    }

    private void awaitDrawing() throws InterruptedException {
        assertTrue(drawing.await(20, TimeUnit.SECONDS), "nothing is drawn");
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

    @Test
    void oneTooManyIsToldWhenToComeBack() throws Exception {
        try (Served served = Served.in(folder)) {
            var first = served.postLater(CHAT, PHOTO);
            awaitDrawing();
            var second = served.postLater(CHAT, PHOTO);
            var third = served.postLater(CHAT, PHOTO);
            await(() -> queue(served) == 2);
            HttpResponse<String> refused = served.post(CHAT, PHOTO);
            assertEquals(429, refused.statusCode(), refused.body());
            int seconds =
                    Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow());
            assertTrue(seconds >= 1 && seconds <= 60);
            assertEquals(
                    "rate_limit_error",
                    Served.json(refused).path("error").path("type").asText());
            assertEquals(
                    "queue_full",
                    Served.json(refused).path("error").path("code").asText());
            assertTrue(served.get("/metrics").body().contains("tandem_queue_length 2.0"));
            steps.release(100);
            assertEquals(200, first.get().statusCode());
            assertEquals(200, second.get().statusCode());
            assertEquals(200, third.get().statusCode());
            assertEquals(0, queue(served));
        }
    }

    @Test
    void wordsDoNotWaitForThePhotosOfOthers() throws Exception {
        try (Served served = Served.in(folder)) {
            var first = served.postLater(CHAT, PHOTO);
            awaitDrawing();
            var second = served.postLater(CHAT, PHOTO);
            await(() -> queue(served) == 1);
            HttpResponse<String> words = served.say("hello");
            assertEquals(200, words.statusCode(), words.body());
            assertFalse(first.isDone() || second.isDone());
            steps.release(100);
            assertEquals(200, first.get().statusCode());
            assertEquals(200, second.get().statusCode());
        }
    }

    @Test
    void whoLeavesIsNotDrawnFor() throws Exception {
        for (String body : new String[] {PHOTO, STREAMED}) {
            try (Served served = Served.in(folder)) {
                try (Socket socket = new Socket("127.0.0.1", served.server.port())) {
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    socket.getOutputStream()
                            .write(("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes.length
                                            + "\r\n\r\n" + body)
                                    .getBytes(StandardCharsets.UTF_8));
                    awaitDrawing();
                }
                Thread.sleep(1000); // in which the server notices
                steps.release(1); // one step, after which the drawing looks whether it is still wanted
                String ended = body.equals(PHOTO) ? "chat/completions\",status=\"499\"" : "chat/completions\",status";
                await(() -> served.get("/metrics").body().contains(ended));
                steps.drainPermits();
                var next = served.postLater(CHAT, PHOTO);
                Thread.sleep(300);
                assertEquals(0, queue(served), "the next one does not wait for a drawing that nobody wants");
                steps.release(100);
                assertEquals(200, next.get().statusCode());
                steps.drainPermits();
            }
        }
    }

    @Test
    void whoWaitsAndLeavesFreesItsPlace() throws Exception {
        try (Served served = Served.in(folder)) {
            var first = served.postLater(CHAT, PHOTO);
            awaitDrawing();
            try (Socket socket = new Socket("127.0.0.1", served.server.port())) {
                socket.getOutputStream()
                        .write(("POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + PHOTO.length()
                                        + "\r\n\r\n" + PHOTO)
                                .getBytes(StandardCharsets.UTF_8));
                await(() -> queue(served) == 1);
            }
            await(() -> queue(served) == 0);
            steps.release(100);
            assertEquals(200, first.get().statusCode());
        }
    }

    @Test
    void requestsThatAreSentAheadAreAnsweredInTurn() throws Exception {
        try (Served served = Served.in(folder);
                Socket socket = new Socket("127.0.0.1", served.server.port())) {
            socket.setSoTimeout(20_000);
            String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
            socket.getOutputStream()
                    .write((head + PHOTO.length() + "\r\n\r\n" + PHOTO).getBytes(StandardCharsets.UTF_8));
            awaitDrawing();
            socket.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));
            Thread.sleep(600);
            steps.release(100);
            String both = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(both.startsWith("HTTP/1.1 200"), both);
            assertTrue(both.contains("\"chat.completion\""), both);
            assertTrue(both.endsWith("\"queue\":0}"), both);
        }
    }

    @Test
    void stoppingFinishesWhatIsUnderWayAndRefusesWhatComes() throws Exception {
        Served served = Served.in(folder);
        var first = served.postLater(CHAT, STREAMED);
        awaitDrawing();
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(served::close);
        await(() -> served.get("/health").statusCode() == 503);
        HttpResponse<String> refused = served.post(CHAT, PHOTO);
        assertEquals(503, refused.statusCode(), refused.body());
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        assertEquals(
                "shutting_down", Served.json(refused).path("error").path("code").asText());
        assertFalse(stopping.isDone());
        steps.release(100);
        assertTrue(first.get().body().endsWith("data: [DONE]\n\n"));
        stopping.get(20, TimeUnit.SECONDS);
    }

    @Test
    void afterTheTimeOfGraceTheRestIsRefused() throws Exception {
        Served served = Served.with(folder, Served.LIMITS.with(Duration.ofSeconds(20), Duration.ofMillis(300)));
        var streamed = served.postLater(CHAT, STREAMED);
        awaitDrawing();
        var waiting = served.postLater(CHAT, PHOTO);
        await(() -> queue(served) == 1);
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(served::close);
        assertEquals(503, waiting.get().statusCode(), waiting.get().body());
        steps.release(1);
        assertTrue(
                streamed.get().body().contains("shutting_down"), streamed.get().body());
        assertFalse(streamed.get().body().contains("[DONE]"));
        stopping.get(20, TimeUnit.SECONDS);
    }

    @Test
    void anAnswerThatTakesTooLongIsGivenUp() throws Exception {
        try (Served served = Served.with(folder, Served.LIMITS.with(Duration.ofMillis(300), Duration.ofSeconds(5)))) {
            var late = served.postLater(CHAT, PHOTO);
            awaitDrawing();
            Thread.sleep(800);
            steps.release(1);
            assertEquals(504, late.get().statusCode(), late.get().body());
            assertEquals(
                    "timeout",
                    Served.json(late.get()).path("error").path("code").asText());
        }
    }
}
