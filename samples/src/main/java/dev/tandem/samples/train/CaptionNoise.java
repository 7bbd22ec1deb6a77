package dev.tandem.samples.train;

import dev.tandem.samples.world.CaptionWriter;
import dev.tandem.samples.world.DialogueTurn;
import dev.tandem.samples.world.Item;
import dev.tandem.samples.world.PhotoDialogue;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.Subject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Worse captions for some of the world's photos, as people write them; the photos and all that is said beside them stay as they are. It is
 * for experiments: what a language model learns from such captions alone, its pictures tell it otherwise.
 *
 * @param kind what is wrong with them
 * @param share how many of the captions, 0 to 1
 */
public record CaptionNoise(Kind kind, double share) {

    /** What is wrong with a caption. */
    public enum Kind {
        /** It names the sort of a subject only: "an animal on the beach". */
        VAGUE,
        /** It names another subject of the same sort, always the same one for a subject. */
        WRONG
    }

    public CaptionNoise {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "'share' of 'caption_noise' is how many of the captions, from 0 to 1, got " + share);
        }
    }

    /** The dialogue with some of its captions made worse. */
    PhotoDialogue in(PhotoDialogue dialogue, RandomGenerator random) {
        return new PhotoDialogue(
                dialogue.kind(),
                dialogue.turns().stream()
                        .map(turn -> turn.hasPhoto() && random.nextDouble() < share ? worse(turn, random) : turn)
                        .toList());
    }

    private DialogueTurn worse(DialogueTurn turn, RandomGenerator random) {
        Scene scene = turn.scene().orElseThrow();
        String caption = switch (kind) {
            case VAGUE -> CaptionWriter.writeVaguely(scene, random);
            case WRONG -> CaptionWriter.write(mistaken(scene), random);
        };
        return new DialogueTurn(turn.speaker(), turn.text(), turn.scene(), Optional.of(caption), turn.told());
    }

    private static Scene mistaken(Scene scene) {
        return new Scene(
                scene.items().stream().map(CaptionNoise::mistaken).toList(),
                scene.place(),
                scene.time(),
                scene.relation());
    }

    private static Item mistaken(Item item) {
        List<Subject> alike = Arrays.stream(Subject.values())
                .filter(s -> s.kind() == item.subject().kind())
                .toList();
        Subject next = alike.get((alike.indexOf(item.subject()) + 1) % alike.size());
        return new Item(next, item.colour().filter(c -> next.paintable()), item.count());
    }
}
