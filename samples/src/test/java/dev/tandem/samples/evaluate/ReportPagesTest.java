package dev.tandem.samples.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.evaluate.Outcome.Due;
import dev.tandem.samples.evaluate.Outcome.Exhibit;
import dev.tandem.samples.evaluate.metric.TextOverlap.Spoken;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.SceneSampler;
import dev.tandem.samples.world.Split;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Measures of made-up outcomes, where what is right is known, and the pages that show them. */
class ReportPagesTest {

    private static final int SCENES = 24;
    private static final String HOSTILE = "<script>alert('x')</script> & \"[link](x)\" | \u001b[31m";

    private final ScenePainter painter = new ScenePainter();

    @Test
    void truePicturesAreNearerThanFlatOnes() throws IOException {
        try (PictureJudge judge = PictureJudge.embedded(TorchEngine.cpu())) {
            List<Measure> painted = OutcomeMeasures.of(outcomes(true), List.of(judge), null);
            List<Measure> flat = OutcomeMeasures.of(outcomes(false), List.of(judge), null);
            assertEquals(
                    List.of(
                            "agent BLEU-1",
                            "agent BLEU-2",
                            "agent ROUGE-L",
                            "judge-IS",
                            "judge-IS of true pictures",
                            "judge-FID",
                            "judge-KID",
                            "judge-FID of true pictures composed again",
                            "judge-KID of true pictures composed again"),
                    painted.stream().map(Measure::name).toList());
            assertTrue(value(painted, "judge-IS") > 2 * value(flat, "judge-IS"), painted + " and " + flat);
            assertEquals(value(painted, "judge-IS of true pictures"), value(flat, "judge-IS of true pictures"));
            assertTrue(3 * value(painted, "judge-FID") < value(flat, "judge-FID"), painted + " and " + flat);
            assertTrue(3 * value(painted, "judge-KID") < value(flat, "judge-KID"), painted + " and " + flat);
            assertTrue(
                    value(painted, "judge-FID of true pictures composed again") < value(painted, "judge-FID"),
                    "the same scenes: " + painted);
            // others from the same world
            Bootstrap.Interval kernel = interval(painted, "judge-KID");
            assertTrue(kernel.low() < 0 && kernel.high() > 0, painted.toString());
            for (Measure each : painted) {
                Bootstrap.Interval interval = interval(painted, each.name());
                assertTrue(!each.name().contains("-FID") || interval.low() >= 0, each.toString());
                assertTrue(interval.low() <= each.value() && each.value() <= interval.high(), each.toString());
            }
            // of each two turns 4 words of 7 are right, and they are shorter by one
            assertEquals(100 * Math.exp(1 - 8 / 7.0) * 4 / 7, value(painted, "agent BLEU-1"), 1e-9);
        }
    }

    @Test
    void tooFewPicturesAreNotMeasured() throws IOException {
        try (PictureJudge judge = PictureJudge.embedded(TorchEngine.cpu())) {
            List<Measure> measures = OutcomeMeasures.of(outcomes(true).subList(0, 1), List.of(judge), null);
            assertEquals(3, measures.size(), measures.toString());
        }
    }

    @Test
    void pagesEscapeWhatWasSaid() throws IOException {
        ReportPages pages = pages(HOSTILE);
        String html = pages.html();
        assertFalse(html.contains("<script"), html);
        assertFalse(html.contains("\u001b"));
        assertTrue(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;[link](x)&quot;"), html);
        assertFalse(html.contains("http"), "the page needs nothing from elsewhere");
        assertTrue(html.contains("color-scheme: light dark"));
        assertEquals(3, html.split("src=\"data:image/png;base64,", -1).length - 1, "one photo shared, two due");
        assertTrue(html.contains("Shared: <em>none</em>"), html);
        assertFalse(
                Pattern.compile("(?<!\\\\)[<|\\[](script|link)")
                        .matcher(pages.markdown())
                        .find(),
                pages.markdown());
        assertTrue(pages.markdown().lines().anyMatch(l -> l.startsWith("| judge-FID | 1.50 (1.00 to 2.00) |")));
        assertTrue(pages.markdown().contains("| photo turn f1 | 100.0 % (100.0 % to 100.0 %) |"), pages.markdown());
    }

    @Test
    void theJsonHoldsTheOldGroupsAndTheNewMeasures() throws IOException {
        JsonNode model =
                new ObjectMapper().readTree(pages("m").json()).path("models").path(0);
        assertEquals("m", model.path("model").asText());
        assertEquals(1, model.path("photo_turn").path("f1").asDouble());
        JsonNode measure = model.path("measures").path("judge-FID");
        assertEquals(1.5, measure.path("value").asDouble());
        assertEquals(2, measure.path("interval").path(1).asDouble());
        assertFalse(model.path("measures").path("plain").has("interval"));
    }

    private ReportPages pages(String said) throws IOException {
        BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        Exhibit both = new Exhibit(said, Photo.ofPng(said, png(picture), 1), new Due(said, picture, picture));
        Exhibit missed = new Exhibit(said, null, new Due(said, picture, picture));
        return new ReportPages(
                List.of(new ReportPages.Model(
                        new EvaluationReport(said, List.of(Tally.turn(true, true))),
                        List.of(
                                new Measure("judge-FID", 1.5, new Bootstrap.Interval(1, 2), false),
                                new Measure("plain", 2, null, false)),
                        List.of(both, missed))),
                List.of("settings " + said));
    }

    /** Dialogues in which pictures of held-out scenes were due and others of the same kind, or flat ones, were shared. */
    private List<Outcome> outcomes(boolean painted) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        SceneSampler sampler = new SceneSampler(Split.HELD_OUT);
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < SCENES; i++) {
            Scene scene = sampler.next(random);
            BufferedImage due = painter.paint(scene, PictureJudge.PIXELS, random);
            BufferedImage again = painter.paint(sampler.next(random), PictureJudge.PIXELS, random);
            Photo shared = Photo.ofPng(
                    "a photo", png(painted ? again : new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB)), 1);
            outcomes.add(new Outcome(
                    Tally.turn(true, true),
                    List.of(new Spoken(
                            Speaker.AGENT, i % 2 == 0 ? "here you are" : "here I am not", "here you are too")),
                    List.of(new Exhibit(
                            "show me",
                            shared,
                            new Due("a photo", due, painter.paint(scene, PictureJudge.PIXELS, random))))));
        }
        return outcomes;
    }

    private static double value(List<Measure> measures, String name) {
        return measures.stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static Bootstrap.Interval interval(List<Measure> measures, String name) {
        return Objects.requireNonNull(measures.stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow()
                .interval());
    }

    private static byte[] png(BufferedImage picture) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", out);
        return out.toByteArray();
    }
}
