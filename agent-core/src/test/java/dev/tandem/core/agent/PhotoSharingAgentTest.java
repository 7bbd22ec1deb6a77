package dev.tandem.core.agent;

import static dev.tandem.core.safety.Verdict.Action.BLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.safety.CaptionGuard;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.safety.WithheldException;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import dev.tandem.core.stage.ImageListener;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PhotoSharingAgentTest {

    private static String lastWords(Dialogue dialogue) {
        return dialogue.turns().get(dialogue.size() - 1).text();
    }

    @Test
    void wordsAndPhotosComeInTheOrderInWhichTheModelSaysThem() throws IOException {
        PhotoSharingAgent agent =
                new ScriptedStages(d -> "hi <a dog>ok <cat>").builder().seed(4L).build();
        Reply reply = agent.reply(Dialogue.EMPTY, "hello");
        assertEquals(4, reply.parts().size());
        assertEquals(new Words("hi"), reply.parts().get(0));
        assertEquals("hi ok", reply.text());
        assertEquals(
                List.of("a dog", "cat"),
                reply.photos().stream().map(Photo::caption).toList());
        Photo photo = reply.photos().get(0);
        assertEquals(4, photo.width());
        assertEquals(2, ImageIO.read(new ByteArrayInputStream(photo.png())).getHeight());
        assertNotEquals(photo.seed(), reply.photos().get(1).seed());
    }

    @Test
    void aCaptionThatAGuardBlocksIsNotDrawn() {
        ScriptedStages stages = new ScriptedStages(d -> "<a nude dog><a cat>");
        List<String> heard = new ArrayList<>();
        PhotoSharingAgent agent = stages.builder()
                .listener(new AgentListener() {
                    @Override
                    public void onJudged(Caption caption, Verdict verdict) {
                        heard.add(caption.text() + " " + verdict.action());
                    }

                    @Override
                    public void onPhoto(Photo photo) {
                        heard.add(photo.caption());
                    }
                })
                .build();
        Reply reply = agent.reply(Dialogue.EMPTY, "hello");
        assertEquals(
                List.of("a cat"), reply.photos().stream().map(Photo::caption).toList());
        assertEquals(1, stages.drawn.size());
        assertEquals(List.of("a nude dog BLOCK", "a cat"), heard);
        assertEquals("a nude dog", reply.judgements().get(0).caption());
        WithheldException withheld = assertThrows(
                WithheldException.class,
                () -> agent.draw("a nude dog", agent.imageOptions(), new Cancellation(), ImageListener.NONE));
        assertEquals(Verdict.Action.BLOCK, withheld.verdict().action());
        PhotoSharingAgent open =
                stages.builder().captionGuard(CaptionGuard.NONE).build();
        assertEquals(2, open.reply(Dialogue.EMPTY, "hello").photos().size());
    }

    @Test
    void anImageGuardSeesPicturesBeforeAnybody() throws IOException {
        ScriptedStages stages = new ScriptedStages(d -> "<a dog>");
        for (Verdict.Action action : Verdict.Action.values()) {
            Verdict verdict = action == Verdict.Action.ALLOW ? Verdict.ALLOWED : Verdict.of(action, "looks odd");
            Reply reply = stages.builder()
                    .seed(5L)
                    .imageGuard(picture -> verdict)
                    .build()
                    .reply(Dialogue.EMPTY, "hello");
            assertEquals(action == Verdict.Action.BLOCK ? 0 : 1, reply.photos().size(), action.name());
            assertEquals(
                    action == Verdict.Action.ALLOW ? 0 : 1, reply.judgements().size(), action.name());
        }
    }

    @Test
    void aListenerHearsWordsThenPhotos() {
        List<String> heard = new ArrayList<>();
        PhotoSharingAgent agent = new ScriptedStages(d -> "a<b>c").builder().build();
        AgentListener listener = new AgentListener() {
            @Override
            public void onText(String piece) {
                heard.add(piece);
            }

            @Override
            public void onCaptionStart() {
                heard.add("start");
            }

            @Override
            public void onCaption(Caption caption) {
                heard.add("caption " + caption.text());
            }

            @Override
            public void onDrawing(Caption caption, int step, int steps) {
                heard.add(step + "/" + steps);
            }

            @Override
            public void onPhoto(Photo photo) {
                heard.add("photo");
            }
        };
        agent.reply(Dialogue.EMPTY, "hello", listener, new Cancellation());
        assertEquals(List.of("a", "start", "caption b", "c", "0/3", "1/3", "2/3", "3/3", "photo"), heard);
    }

    @Test
    void markersThatSomebodyTypedStayTextAndDrawNothing() {
        ScriptedStages stages = new ScriptedStages(d -> "ok");
        Conversation conversation = stages.builder().build().conversation();
        Reply reply = conversation.say("[IMG] a dog [/IMG] \uff3bimg\uff3d");
        assertTrue(reply.photos().isEmpty());
        assertEquals("[ IMG] a dog [ /IMG] \uff3b img\uff3d", lastWords(stages.asked.get(0)));
        // what is remembered is what was said
        assertEquals(
                "[IMG] a dog [/IMG] \uff3bimg\uff3d",
                conversation.dialogue().turns().get(0).text());
    }

    @Test
    void aConversationRemembersWhatFitsAndForgetsTheRest() {
        ScriptedStages stages = new ScriptedStages(d -> "answer");
        Conversation conversation = stages.builder().build().conversation();
        for (int i = 0; i < 500; i++) {
            conversation.say("question " + i);
        }
        // 100 tokens: 14 + 8 an exchange, and the newest question alone
        Dialogue last = stages.asked.get(499);
        assertEquals(7, last.size());
        assertEquals("question 496", last.turns().get(0).text());
        assertEquals(8, conversation.dialogue().size());
        assertEquals(Speaker.USER, last.turns().get(0).speaker());
    }

    @Test
    void aSeedMakesAConversationRepeatable() {
        ScriptedStages stages = new ScriptedStages(d -> "<a dog>");
        PhotoSharingAgent agent = stages.builder().seed(7L).build();
        List<Long> first = seeds(agent);
        assertEquals(first, seeds(agent));
        assertEquals(3, first.stream().distinct().count());
        assertNotEquals(first, seeds(stages.builder().seed(8L).build()));
        assertNotEquals(seeds(stages.builder().build()), seeds(stages.builder().build()));
        assertEquals(stages.languageSeeds.subList(0, 3), stages.languageSeeds.subList(3, 6));
    }

    private static List<Long> seeds(PhotoSharingAgent agent) {
        Conversation conversation = agent.conversation();
        return List.of("a", "b", "c").stream()
                .map(m -> conversation.say(m).photos().get(0).seed())
                .toList();
    }

    @Test
    void messagesAreBoundedAndCleaned() {
        ScriptedStages stages = new ScriptedStages(d -> "ok");
        Conversation conversation = stages.builder().build().conversation();
        assertMessage("the message is empty", () -> conversation.say(" \u0000\u001b "));
        assertMessage(
                "the message has 100,000 characters; at most 4,000 are read",
                () -> conversation.say("x".repeat(100_000)));
        assertMessage("this model reads at most 100", () -> conversation.say("x".repeat(200)));
        assertEquals(Dialogue.EMPTY, conversation.dialogue());
        conversation.say("a\u0007b\ud800c\u001b[31m");
        assertEquals("a b\ufffdc [31m", lastWords(stages.asked.get(0)));
    }

    private static void assertMessage(String part, Runnable call) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void aCancelledAnswerLeavesNoTrace() {
        ScriptedStages stages = new ScriptedStages(d -> "<a dog>");
        Conversation conversation = stages.builder().build().conversation();
        Cancellation cancellation = new Cancellation();
        stages.whileDrawing = cancellation::cancel;
        assertThrows(CancelledException.class, () -> conversation.say("hi", AgentListener.NONE, cancellation));
        assertEquals(Dialogue.EMPTY, conversation.dialogue());
        stages.whileDrawing = () -> {};
        assertEquals(1, conversation.say("hi").photos().size());
    }

    @Test
    void closingCancelsWhatIsUnderWay() throws Exception {
        ScriptedStages stages = new ScriptedStages(d -> "<a dog>");
        PhotoSharingAgent agent = stages.builder().build();
        CountDownLatch drawing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        stages.whileDrawing = () -> {
            drawing.countDown();
            await(goOn);
        };
        Cancellation cancellation = new Cancellation();
        CompletableFuture<Reply> reply =
                CompletableFuture.supplyAsync(() -> agent.reply(Dialogue.EMPTY, "hi", agent.listener(), cancellation));
        await(drawing);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(agent::close);
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                !cancellation.isCancelled();
                Thread.onSpinWait()) {
            assertTrue(System.nanoTime() < end, "closing did not cancel the request");
        }
        assertFalse(closing.isDone(), "closing waits for the request");
        goOn.countDown();
        closing.get(10, TimeUnit.SECONDS);
        Exception e =
                assertThrows(java.util.concurrent.ExecutionException.class, () -> reply.get(10, TimeUnit.SECONDS));
        assertTrue(e.getCause() instanceof CancelledException, String.valueOf(e.getCause()));
        assertThrows(IllegalStateException.class, () -> agent.reply(Dialogue.EMPTY, "hi"));
        // stages that were handed in belong to whom made them
        assertFalse(stages.closed);
        agent.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aListenerCannotCloseTheAgentThatItHears() {
        PhotoSharingAgent agent = new ScriptedStages(d -> "hi").builder().build();
        AgentListener closing = new AgentListener() {
            @Override
            public void onText(String piece) {
                agent.close();
            }
        };
        assertThrows(IllegalStateException.class, () -> agent.reply(Dialogue.EMPTY, "hi", closing, new Cancellation()));
        assertEquals("hi", agent.reply(Dialogue.EMPTY, "hi").text());
    }

    @Test
    void manyThreadsTalkAtOnce() {
        ScriptedStages stages = new ScriptedStages(d -> lastWords(d) + "<" + lastWords(d) + ">");
        PhotoSharingAgent agent = stages.builder().build();
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String message = "m" + i;
            replies.add(CompletableFuture.supplyAsync(() -> agent.conversation().say(message)));
        }
        for (int i = 0; i < 200; i++) {
            Reply reply = replies.get(i).join();
            assertEquals("m" + i, reply.text());
            assertEquals("m" + i, reply.photos().get(0).caption());
        }
    }

    @Test
    void theBuilderOverridesTheModelsSettings() {
        ScriptedStages stages = new ScriptedStages(d -> "<a><b>");
        PhotoSharingAgent agent = stages.builder()
                .maxPhotosPerTurn(1)
                .steps(2)
                .guidance(1.5)
                .negativePrompt("blurry")
                .size(64, 32)
                .build();
        Reply reply = agent.reply(Dialogue.EMPTY, "hi");
        assertEquals(1, reply.photos().size());
        assertEquals("b", reply.text());
        assertEquals(2, stages.drawn.get(0).steps());
        assertEquals(64, stages.drawn.get(0).width());
        assertEquals("blurry", stages.drawn.get(0).negativePrompt());
        assertMessage(
                "negative prompt",
                () -> stages.builder().negativePrompt("x".repeat(5000)).build());
        assertMessage(
                "at most 120 tokens", () -> stages.builder().maxNewTokens(120).build());
        assertMessage("temperature", () -> stages.builder().temperature(-1.0).build());
    }

    @Test
    void anEmptyAnswerIsAnAnswer() {
        Conversation conversation =
                new ScriptedStages(d -> "  ").builder().build().conversation();
        assertEquals("", conversation.say("hi").text());
        assertEquals(List.of(Turn.user("hi")), conversation.dialogue().turns());
    }

    @Test
    void theNextTurnIsTheOtherSpeakers() {
        ScriptedStages stages = new ScriptedStages(dialogue -> "<a cat>" + dialogue.size());
        try (PhotoSharingAgent agent = stages.builder().seed(1L).build()) {
            Dialogue dialogue = new Dialogue(List.of(Turn.user("hi"), Turn.agent("[IMG] hello")));
            Reply reply = agent.next(dialogue);
            assertEquals("2", reply.text());
            assertEquals("a cat", reply.photos().get(0).caption());
            assertEquals(2, stages.asked.get(0).size());
            assertFalse(stages.asked.get(0).turns().get(1).text().contains("[IMG]"), "it is taken apart");
            assertEquals(reply.photos(), agent.next(dialogue).photos());
            assertEquals(stages.image.nativeHeight(), agent.photoSide());
            assertThrows(IllegalArgumentException.class, () -> agent.next(Dialogue.EMPTY));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> agent.next(new Dialogue(List.of(Turn.user("a".repeat(500))))));
        }
    }

    @Test
    void drawsACaptionOfYours() {
        PhotoSharingAgent agent = new ScriptedStages(d -> "").builder().build();
        Photo photo = agent.draw(
                " a dog ", agent.imageOptions().toBuilder().seed(11).build(), new Cancellation(), ImageListener.NONE);
        assertEquals("a dog", photo.caption());
        assertEquals(11, photo.seed());
        assertMessage("empty", () -> agent.draw("", agent.imageOptions(), new Cancellation(), ImageListener.NONE));
    }

    @Test
    void everyPhotosFileSaysThatAModelMadeItAndItsCaptionOnlyWhereThatIsWanted() {
        PhotoSharingAgent.Builder builder =
                new ScriptedStages(d -> "<a dog>").builder().seed(5L);
        PhotoSharingAgent blurring = builder.imageGuard(picture -> Verdict.of(Verdict.Action.BLUR, "looks odd"))
                .build();
        PhotoSharingAgent plain = builder.imageGuard(ImageGuard.NONE).build();
        List<Photo> photos =
                new ArrayList<>(plain.reply(Dialogue.EMPTY, "hello").photos());
        photos.addAll(blurring.reply(Dialogue.EMPTY, "hello").photos());
        photos.add(plain.draw("a dog", plain.imageOptions(), new Cancellation(), ImageListener.NONE));
        assertEquals(3, photos.size());
        for (Photo photo : photos) {
            String file = new String(photo.png(), StandardCharsets.UTF_8);
            assertTrue(file.contains("digitalsourcetype/trainedAlgorithmicMedia"), "what made it");
            assertTrue(
                    file.contains("<xmp:CreatorTool>Tandem ") && file.contains(", model scripted</xmp:CreatorTool>"));
            assertTrue(file.contains("<xmp:CreateDate>20"), "when");
            assertFalse(file.contains("a dog") || file.contains("seed"), "what was said in private");
        }
        Photo described = builder.describeFiles(true)
                .build()
                .reply(Dialogue.EMPTY, "hello")
                .photos()
                .get(0);
        assertTrue(new String(described.png(), StandardCharsets.UTF_8)
                .contains("a dog (seed " + described.seed() + ")</rdf:li>"));
    }

    @Test
    void anObserverHearsWhatWasDoneWhoeverAskedForIt() {
        List<String> heard = new ArrayList<>();
        AgentObserver observer = new AgentObserver() {
            @Override
            public void onReply(Reply reply) {
                heard.add(reply.text() + reply.photos());
            }

            @Override
            public void onDrawn(Photo photo, Duration took) {
                heard.add(photo.caption());
                throw new IllegalStateException("a meter is broken");
            }

            @Override
            public void onJudged(Verdict verdict) {
                heard.add(verdict.reason());
            }
        };
        PhotoSharingAgent agent = new ScriptedStages(d -> "hi")
                .builder()
                .observer(observer)
                .captionGuard(caption -> caption.equals("a cat") ? Verdict.ALLOWED : Verdict.of(BLOCK, "no cat"))
                .build();
        agent.reply(Dialogue.EMPTY, "hello", AgentListener.NONE, new Cancellation());
        agent.draw("a cat", agent.imageOptions(), new Cancellation(), ImageListener.NONE);
        assertThrows(
                WithheldException.class,
                () -> agent.draw("a dog", agent.imageOptions(), new Cancellation(), ImageListener.NONE));
        assertEquals(List.of("hi[]", "a cat", "no cat"), heard);
        assertFalse(agent.isClosed());
        agent.close();
        assertTrue(agent.isClosed());
    }

    @Test
    void aRunnerRunsEachStageAndWhatItThrowsIsHeard() throws Exception {
        List<String> run = new ArrayList<>();
        Thread[] worked = new Thread[1];
        StageRunner runner = new StageRunner() {
            @Override
            public <T> T run(Stage stage, Cancellation cancellation, Supplier<T> work) {
                run.add(stage.name());
                CompletableFuture<T> result = new CompletableFuture<>();
                Thread thread = new Thread(() -> {
                    worked[0] = Thread.currentThread();
                    try {
                        result.complete(work.get());
                    } catch (RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                });
                thread.start();
                try {
                    return result.join();
                } catch (CompletionException e) {
                    throw (RuntimeException) e.getCause();
                }
            }
        };
        PhotoSharingAgent agent = new ScriptedStages(d -> "<a cat><a dog>")
                .builder()
                .runner(runner)
                .build();
        assertEquals(2, agent.reply(Dialogue.EMPTY, "two photos").photos().size());
        agent.draw("a cat", agent.imageOptions(), new Cancellation(), ImageListener.NONE);
        assertEquals(List.of("LANGUAGE", "IMAGE", "IMAGE", "IMAGE"), run);
        assertNotEquals(Thread.currentThread(), worked[0]);
        Cancellation cancelled = new Cancellation();
        assertThrows(
                CancelledException.class,
                () -> agent.draw("a cat", agent.imageOptions(), cancelled, (step, steps) -> cancelled.cancel()));
    }

    @Test
    void anUnknownModelIsNamed() {
        assertMessage(
                "there is no model 'nonsense'",
                () -> PhotoSharingAgent.builder().model("nonsense").build());
        assertMessage(
                "there is no model ''",
                () -> PhotoSharingAgent.builder().model("").build());
    }

    @Test
    void photosThatAreSentComeBeforeTheWordsAndAreRemembered() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB), "jpg", bytes);
        ScriptedStages scripted = new ScriptedStages(dialogue -> "nice");
        try (PhotoSharingAgent agent = scripted.builder().build()) {
            Conversation conversation = agent.conversation();
            IllegalArgumentException blind = assertThrows(
                    IllegalArgumentException.class, () -> conversation.say("what is this?", bytes.toByteArray()));
            assertTrue(String.valueOf(blind.getMessage()).contains("does not see photos"), blind.getMessage());
            assertEquals(0, conversation.dialogue().size());
            scripted.sees = true;
            conversation.say("what is this?", bytes.toByteArray());
            conversation.say("and where?");
            Turn first = scripted.asked.get(1).turns().get(0);
            assertEquals(2, first.parts().size());
            Photo photo = (Photo) first.parts().get(0);
            assertEquals(List.of(false, 3, 2), List.of(photo.hasCaption(), photo.width(), photo.height()));
            assertEquals(new Words("what is this?"), first.parts().get(1));
        }
    }
}
