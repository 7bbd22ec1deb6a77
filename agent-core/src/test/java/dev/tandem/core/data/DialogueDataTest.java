package dev.tandem.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.dialogue.Speaker;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published layouts and our own, with photos that are there, missing and damaged. */
class DialogueDataTest {

    private static final String FIRST_PHOTO = "https://c3.staticflickr.com/5/4141/4791323995_9d1c6e9ae1_o.jpg";

    @TempDir
    private Path folder;

    private final List<RecordedDialogue> dialogues = new ArrayList<>();

    @BeforeEach
    void nothingIsReadYet() {
        dialogues.clear();
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(DialogueDataTest.class.getResourceAsStream(name))) {
            return Files.write(folder.resolve(name), in.readAllBytes());
        }
    }

    private Path picture(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        ImageIO.write(new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        return file;
    }

    private DataReport read(DialogueData.Builder data) {
        return data.build().read(dialogues::add);
    }

    private DialogueData.Builder skipping(Path file) {
        return DialogueData.builder(file).missing(MissingPhotos.SKIP_PHOTO);
    }

    private String refusal(String name, String content) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> read(skipping(file)))
                .getMessage());
        assertTrue(message.contains(name), message);
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @Test
    void photoChatIsReadAsPublished() throws IOException {
        Path byName = picture("4791323995_9d1c6e9ae1_o.jpg");
        Path byHash = picture("images/"
                + PhotoFolder.hash("https://c4.staticflickr.com/5/4010/4450376422_4bd302e344_o.jpg") + ".png");
        DataReport report = read(skipping(resource("photochat.json")).agent(AgentSide.SHARER));
        assertEquals(new DataReport(6, 6, 0, 72, 6, 4, 0, 0, report.problems()), report);
        assertEquals(4, report.problems().size());
        assertTrue(
                report.problems().get(0).contains("photochat.json, line"),
                report.problems().get(0));
        PhotoFile photo = dialogues.get(0).photos(Speaker.AGENT).get(0);
        assertEquals(
                new PhotoFile("Objects in the photo: Plate, Salad, Platter", byName, Optional.of(FIRST_PHOTO)), photo);
        assertEquals(byHash, dialogues.get(1).photos(Speaker.AGENT).get(0).file());
        assertEquals(17 + 1, dialogues.get(0).turns().size());
        // the one who speaks first is not the one who shares
        assertEquals(Speaker.USER, dialogues.get(0).turns().get(0).speaker());
        assertEquals("how are you", dialogues.get(0).toDialogue().turns().get(0).text());
    }

    @Test
    void aNumberFindsAPhotoToo() throws IOException {
        picture("0a1b.jpg");
        Path file = Files.writeString(
                folder.resolve("a.json"),
                "[{\"dialogue\":[{\"message\":\"\",\"share_photo\":true,\"user_id\":0}],\"photo_id\":\"train/0a1b\","
                        + "\"photo_url\":\"\",\"photo_description\":\"a cup\"}]");
        assertEquals(1, read(DialogueData.builder(file)).usable());
    }

    @Test
    void dialogCcTakesTheFirstPhotoThatIsThere() throws IOException {
        Path horse = picture("horse two.png");
        DataReport report = read(skipping(resource("dialogcc.json")));
        assertEquals(new DataReport(2, 2, 0, 4, 2, 1, 0, 0, report.problems()), report);
        assertEquals(
                List.of(new PhotoFile(
                        "a brown horse in a meadow",
                        horse,
                        Optional.of("https://b.example/pics/horse%20two.png?w=300"))),
                dialogues.get(0).photos(Speaker.AGENT));
        assertEquals(1, dialogues.get(1).turns().size());
        assertEquals(Speaker.USER, dialogues.get(1).turns().get(0).speaker());
    }

    @Test
    void mmDialogHasPhotosByKeyAndCaptionsOnlyWhereSomebodyAddedThem() throws IOException {
        picture("-5632896413199993329.jpg");
        picture("34.jpg");
        picture("35.jpg");
        DataReport report = read(DialogueData.builder(resource("mmdialog.json")));
        assertEquals(new DataReport(2, 2, 0, 7, 4, 0, 0, 1, List.of()), report);
        List<RecordedTurn> turns = dialogues.get(0).turns();
        assertEquals(5, turns.size());
        assertTrue(turns.get(0).photo().isEmpty());
        assertEquals("Here is mine.", turns.get(1).text());
        assertEquals(
                "a river between towers", turns.get(1).photo().orElseThrow().caption());
        assertEquals(Speaker.AGENT, turns.get(2).speaker());
        assertEquals("", turns.get(2).text());
        assertEquals("a cat", turns.get(3).photo().orElseThrow().caption());
        assertEquals("And my cat.", turns.get(4).text());
        assertEquals(3, dialogues.get(0).toDialogue().size());
        assertEquals(2, dialogues.get(0).toDialogue().turns().get(1).photos().size());
    }

    private Path ours() throws IOException {
        return Files.writeString(folder.resolve("ours.jsonl"), """
                {"turns":[{"speaker":"user","text":"A dog?"},{"speaker":"agent","text":"Here.","photo":{"file":"p/1.png","caption":"a dog"}}]}

                {"turns":[{"speaker":"user","text":"Mine:","photo":"p/2.png","caption":"a cat"},{"speaker":"agent","photo":{"file":"p/3.png","caption":"a hat"}}]}
                {"turns":[{"speaker":"agent","photo":{"file":"p/1.png"}}]}
                """);
    }

    @Test
    void missingAndDamagedPhotosFollowThePolicy() throws IOException {
        picture("p/1.png");
        Files.writeString(folder.resolve("p/2.png"), "no picture");
        DataReport quick = read(skipping(ours()));
        assertEquals(new DataReport(3, 2, 1, 5, 4, 1, 0, 1, quick.problems()), quick);
        DataReport checked = read(skipping(ours()).checkPictures(true));
        assertEquals(new DataReport(3, 2, 1, 5, 4, 1, 1, 1, checked.problems()), checked);
        assertTrue(
                checked.problems().get(0).contains("line 3: turn 1: "),
                checked.problems().get(0));
        assertTrue(
                checked.problems().get(1).contains("p/3.png is not in"),
                checked.problems().get(1));
        assertEquals(1, checked.usable());
        dialogues.clear();
        DataReport strict = read(DialogueData.builder(ours()).missing(MissingPhotos.SKIP_DIALOGUE));
        assertEquals(2, strict.skipped());
        assertEquals(1, dialogues.size());
        String refusal =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> read(DialogueData.builder(ours())))
                        .getMessage());
        assertTrue(refusal.contains("ours.jsonl, line 3: turn 2: the photo p/3.png"), refusal);
    }

    @Test
    void whoTheAgentIsCanBeChosen() throws IOException {
        picture("p/1.png");
        read(skipping(ours()).agent(AgentSide.USER));
        assertEquals(Speaker.USER, dialogues.get(0).turns().get(1).speaker());
        dialogues.clear();
        assertEquals(4, read(skipping(ours()).agent(AgentSide.BOTH)).given());
        assertEquals(Speaker.AGENT, dialogues.get(0).turns().get(1).speaker());
        assertEquals(Speaker.USER, dialogues.get(1).turns().get(1).speaker());
    }

    @Test
    void aFolderIsReadFileByFile() throws IOException {
        picture("p/1.png");
        ours();
        resource("mmdialog.json");
        Files.writeString(folder.resolve("notes.txt"), "not read");
        assertEquals(5, read(skipping(folder)).read());
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThrows(IllegalArgumentException.class, () -> read(skipping(empty)));
        assertThrows(IllegalArgumentException.class, () -> read(skipping(folder.resolve("nothing.json"))));
        Path nowhere = folder.resolve("nowhere");
        assertThrows(IllegalArgumentException.class, () -> read(skipping(folder).photos(nowhere)));
    }

    @Test
    void whatIsWrongIsNamedWithFileLineAndTurn() throws IOException {
        String good = "{\"turns\":[{\"speaker\":\"user\",\"text\":\"hi\"}]}\n";
        assertTrue(refusal("a.jsonl", good + "{\"turns\":[{\"speaker\":").contains("line 2"));
        assertTrue(refusal("b.jsonl", good + "{\"turns\":[{\"speaker\":\"me\",\"text\":\"x\"}]}")
                .contains("line 2: turn 1: speaker is user or agent, not 'me'"));
        assertTrue(refusal("c.jsonl", good + good + "{\"turns\":[{\"speaker\":\"user\"}]}")
                .contains("line 3: turn 1: the field 'text'"));
        assertTrue(refusal("d.jsonl", good + "7").contains("line 2: here should be a dialogue"));
        assertTrue(refusal("e.jsonl", "{\"hello\":1}").contains("this is no dialogue"));
        assertTrue(refusal("f.jsonl", good.replace("}]", ",\"photo\":{\"file\":\"../x.png\",\"caption\":\"c\"}}]"))
                .contains("outside of the folder"));
        assertTrue(refusal("g.jsonl", "{\"turns\":".repeat(200)).contains("line 1"));
        assertTrue(refusal("h.json", "[" + good + "," + "[]]").contains("a list"));
    }

    @Test
    void aHugeLineIsRefusedAndManyLinesAreNot() throws IOException {
        String words = "x".repeat(1 << 20);
        String line = "{\"turns\":[{\"speaker\":\"user\",\"text\":\"" + words + "\"}]}\n";
        Path many = Files.writeString(folder.resolve("many.jsonl"), line.repeat(9));
        assertEquals(9, read(skipping(many)).given());
        String huge = "{\"turns\":[" + "{\"speaker\":\"user\",\"text\":\"hello\"},".repeat(150_000);
        assertTrue(refusal("huge.jsonl", line + huge).contains("line 2: the dialogue that begins here has more than"));
        assertFalse(refusal("text.jsonl", line.replace(words, words.repeat(5))).contains("xxx"));
    }
}
