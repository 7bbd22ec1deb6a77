package dev.tandem.samples.world;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.stage.Cancellation;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Writes dialogues and their photos to a folder: {@code dialogues.jsonl}, one JSON object a line, and {@code photos/*.png}. A line is
 *
 * <pre>{"id":7,"split":"train","kind":"request","turns":[{"speaker":"user","text":"..."},{"speaker":"agent","text":"...",
 * "photo":{"caption":"...","file":"photos/000007-1.png","scene":{"items":[{"subject":"car","count":1,"colour":"red"}],
 * "place":"beach","time":"sunset"}}}]}</pre>
 *
 * {@link dev.tandem.core.data.DialogueData} reads it back, as {@link dev.tandem.core.data.DataFormat#JSONL}.
 * A dialogue depends on the seed and its number alone, so a longer corpus begins with the shorter one of the same seed.
 *
 * @param split which dialogues
 * @param seed of everything
 * @param size side of the photos in pixels; 0 for no photos, only their captions
 */
public record CorpusWriter(Split split, long seed, int size) {

    /** The most dialogues of one corpus. */
    public static final int MOST = 10_000_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    public CorpusWriter {
        if (size != 0 && (size < ScenePainter.SMALLEST || size > ScenePainter.LARGEST)) {
            throw new IllegalArgumentException("photos have a side of " + ScenePainter.SMALLEST + " to "
                    + ScenePainter.LARGEST + " pixels, or 0 for none; got " + size);
        }
    }

    /**
     * Writes a corpus. The folder appears when all is written, or not at all.
     *
     * @param folder a new or empty folder
     * @param count of dialogues
     * @param cancellation asked before each dialogue
     * @param progress told how many are written
     * @throws IllegalArgumentException if the folder holds something, or the count is out of range
     */
    public void write(Path folder, int count, Cancellation cancellation, IntConsumer progress) throws IOException {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("a corpus has 1 to " + MOST + " dialogues, not " + count);
        }
        Path target = folder.toAbsolutePath().normalize();
        Path parent = target.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("a corpus cannot be written to " + folder + "; name a new folder in it");
        }
        checkEmpty(target);
        Files.createDirectories(parent);
        Path hidden = Files.createTempDirectory(parent, ".tandem-corpus-");
        try {
            writeAll(hidden, count, cancellation, progress);
            Files.move(hidden, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(hidden);
        }
    }

    private void writeAll(Path folder, int count, Cancellation cancellation, IntConsumer progress) throws IOException {
        DialogueWriter writer = new DialogueWriter(split);
        ScenePainter painter = new ScenePainter();
        Files.createDirectory(folder.resolve("photos"));
        try (BufferedWriter lines =
                Files.newBufferedWriter(folder.resolve("dialogues.jsonl"), StandardCharsets.UTF_8)) {
            for (int id = 0; id < count; id++) {
                cancellation.check();
                SplittableRandom random = new SplittableRandom(seed ^ (id + 1) * 0x9E3779B97F4A7C15L);
                PhotoDialogue dialogue = writer.next(random);
                lines.write(JSON.writeValueAsString(json(folder, id, dialogue, painter, random)));
                lines.write('\n');
                progress.accept(id + 1);
            }
        }
    }

    private ObjectNode json(Path folder, int id, PhotoDialogue dialogue, ScenePainter painter, SplittableRandom random)
            throws IOException {
        ObjectNode line = JSON.createObjectNode();
        line.put("id", id).put("split", word(split)).put("kind", word(dialogue.kind()));
        ArrayNode turns = line.putArray("turns");
        int number = 0;
        for (DialogueTurn turn : dialogue.turns()) {
            ObjectNode node = turns.addObject();
            node.put("speaker", word(turn.speaker())).put("text", turn.text());
            if (turn.hasPhoto()) {
                Scene scene = turn.scene().orElseThrow();
                ObjectNode photo = node.putObject("photo");
                photo.put("caption", turn.caption().orElseThrow());
                ArrayNode told = photo.putArray("told");
                turn.told().stream().sorted().map(CorpusWriter::word).forEach(told::add);
                if (size > 0) {
                    number++;
                    String file = String.format(Locale.ROOT, "photos/%06d-%d.png", id, number);
                    ImageIO.write(
                            painter.paint(scene, size, random),
                            "png",
                            folder.resolve(file).toFile());
                    photo.put("file", file);
                }
                describe(scene, photo.putObject("scene"));
            }
        }
        return line;
    }

    private static void describe(Scene scene, ObjectNode node) {
        ArrayNode items = node.putArray("items");
        for (Item item : scene.items()) {
            ObjectNode each = items.addObject();
            each.put("subject", word(item.subject())).put("count", item.count());
            item.colour().ifPresent(colour -> each.put("colour", word(colour)));
        }
        node.put("place", word(scene.place()));
        if (scene.place().hasTime()) {
            node.put("time", word(scene.time()));
        }
        scene.relation().ifPresent(relation -> node.put("relation", word(relation)));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void checkEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + " is a file; name a new or empty folder");
        }
        try (Stream<Path> inside = Files.list(folder)) {
            if (inside.findAny().isPresent()) {
                throw new IllegalArgumentException("the folder " + folder + " is not empty; name a new or empty one");
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            List<Path> inside;
            try (Stream<Path> walk = Files.walk(folder)) {
                inside = walk.sorted((one, other) -> other.compareTo(one)).toList();
            }
            for (Path path : inside) {
                Files.delete(path);
            }
        }
    }
}
