package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.samples.world.CaptionFacts;
import dev.tandem.samples.world.CaptionReader;
import dev.tandem.samples.world.Colour;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.Place;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.Subject;
import dev.tandem.samples.world.TimeOfDay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded default through the commands that a newcomer tries first. Figures of many dialogues are in its card, not here. */
class DefaultModelTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private List<JsonNode> chat(String... turns) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "chat",
                "--json",
                "--seed",
                "1",
                "--out",
                folder.resolve("photos").toString()));
        boolean more = true; // what follows an option is taken as it is
        for (String turn : turns) {
            more = more && !turn.startsWith("--");
            if (more) {
                args.add("--once");
            }
            args.add(turn);
        }
        CommandLineRun run = CommandLineRun.of(args.toArray(String[]::new));
        assertEquals(0, run.code(), run.err());
        List<JsonNode> replies = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            replies.add(JSON.readTree(line));
        }
        return replies;
    }

    @Test
    void sharesAPhotoWhenOneIsAskedForAndNoneOtherwise() throws IOException {
        List<JsonNode> replies = chat("Hello!", "Can you show me two cats in the snow?", "Thank you!");
        assertEquals(3, replies.size());
        assertFalse(replies.get(0).path("text").asText().isBlank());
        assertTrue(replies.get(0).path("photos").isEmpty(), replies.toString());
        assertEquals(1, replies.get(1).path("photos").size(), replies.toString());
        assertTrue(replies.get(2).path("photos").isEmpty(), replies.toString());
        JsonNode photo = replies.get(1).path("photos").path(0);
        CaptionFacts facts = CaptionReader.read(photo.path("caption").asText());
        assertEquals(Subject.CAT, facts.mentions().get(0).subject(), photo.toString());
        assertEquals(2, facts.mentions().get(0).count().orElseThrow(), photo.toString());
        assertEquals(Optional.of(Place.SNOW), facts.place(), photo.toString());
        Path file = Path.of(photo.path("file").asText());
        assertEquals(photo.path("width").asInt(), ImageIO.read(file.toFile()).getWidth());
    }

    @Test
    void evaluatesItself() throws IOException {
        CommandLineRun run = CommandLineRun.of("evaluate", "default", "--held-out", "8", "--json");
        assertEquals(0, run.code(), run.err());
        JsonNode report = JSON.readTree(run.out());
        assertEquals(8, report.path("dialogues").asInt());
        for (String group : List.of("caption", "picture", "judge")) {
            for (String fact : List.of("subject", "place", "count")) {
                double share = report.path(group).path(fact).asDouble(-1);
                assertTrue(share >= 0 && share <= 1, group + " " + fact + " is " + share);
            }
        }
        assertTrue(report.path("photo_turn").path("f1").asDouble() > 0.7, report.toString());
        assertTrue(report.path("judge").path("subject").asDouble() > 0.9, report.toString());
    }

    @Test
    void seesAPhotoThatItIsSent() throws IOException {
        Scene scene = Scene.of(Item.one(Colour.RED, Subject.CAR), Place.SNOW, TimeOfDay.DAY);
        Path photo = folder.resolve("photo.png");
        ImageIO.write(new ScenePainter().paint(scene, 96, new SplittableRandom(5)), "png", photo.toFile());
        List<JsonNode> replies = chat(
                "what is this?",
                "--photo",
                photo.toString(),
                "--once",
                "what color is the car?",
                "--once",
                "draw it at night");
        CaptionFacts seen = CaptionReader.read(replies.get(0).path("text").asText());
        assertTrue(seen.placeAgrees(scene), replies.toString());
        assertTrue(replies.get(1).path("text").asText().contains("red"), replies.toString());
        String drawn = replies.get(2).path("photos").path(0).path("caption").asText();
        assertEquals(Optional.of(TimeOfDay.NIGHT), CaptionReader.read(drawn).time(), drawn);
    }

    /** It names the wrong subject now and then (its card says how often), so no single photo decides. */
    @Test
    void namesWhatMostPhotosShow() throws IOException {
        int subjects = 0;
        int places = 0;
        int scenes = 12;
        try (PhotoSharingAgent agent =
                PhotoSharingAgent.builder().temperature(0.0).seed(1L).build()) {
            for (int i = 0; i < scenes; i++) {
                Subject subject = Subject.values()[3 * i];
                Place place = Place.values()[i % Place.values().length];
                Scene scene = Scene.of(Item.one(subject), place, TimeOfDay.DAY);
                ByteArrayOutputStream png = new ByteArrayOutputStream();
                ImageIO.write(new ScenePainter().paint(scene, 96, new SplittableRandom(i)), "png", png);
                CaptionFacts told = CaptionReader.read(agent.conversation()
                        .say("what is this?", png.toByteArray())
                        .text());
                subjects += told.subjectsAgree(scene) ? 1 : 0;
                places += told.placeAgrees(scene) ? 1 : 0;
            }
        }
        assertTrue(subjects > scenes / 2 && places > scenes / 2, subjects + " subjects, " + places + " places");
    }

    @Test
    void isAskedAboutPhotosWithThemAndWithout() throws IOException {
        CommandLineRun run = CommandLineRun.of("evaluate", "default", "--held-out", "1", "--sights", "6", "--json");
        assertEquals(0, run.code(), run.err());
        JsonNode all = JSON.readTree(run.out()).path("sights").path("all");
        assertTrue(all.path("asked").asInt() >= 6, run.out());
        assertTrue(all.path("with_photo").asDouble() > all.path("without_photo").asDouble(), run.out());
    }
}
