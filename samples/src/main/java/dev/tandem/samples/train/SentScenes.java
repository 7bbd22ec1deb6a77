package dev.tandem.samples.train;

import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.vision.PngFile;
import dev.tandem.llm.prompt.PictureSource;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.samples.world.CaptionWriter;
import dev.tandem.samples.world.PhotoDialogue;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import java.awt.image.BufferedImage;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * Photos of scenes that the user of a dialogue sends: painted anew each time that the dialogue is learned, or told by their captions.
 *
 * @param painter paints them
 * @param size side in pixels
 * @param told whether captions stand for them, as for a language model without an image perceptron (the paper's ablation, Table II)
 */
record SentScenes(ScenePainter painter, int size, boolean told) {

    /** Stands for the photos while a dialogue is split into tokens, which do not depend on what they show. */
    static final Photo ANY = Photo.sent(PngFile.encode(new Picture(1, 1, new byte[3]), "tandem", Instant.EPOCH, null));

    /** The tokens of a dialogue with its pictures. */
    TokenizedDialogue encode(PhotoDialogue dialogue, PromptEncoder prompts, RandomGenerator random) {
        if (told) {
            return prompts.encode(dialogue.toDialogue(scene -> Photo.described(CaptionWriter.write(scene, random))));
        }
        return prompts.encode(dialogue.toDialogue(scene -> ANY))
                .showing(dialogue.sent().stream()
                        .map(scene -> (PictureSource) again -> paint(scene, again))
                        .toList());
    }

    /** A photo of a scene. */
    Picture paint(Scene scene, RandomGenerator random) {
        BufferedImage image = painter.paint(scene, size, random);
        int[] argb = image.getRGB(0, 0, size, size, null, 0, size);
        byte[] rgb = new byte[3 * argb.length];
        for (int i = 0; i < argb.length; i++) {
            rgb[3 * i] = (byte) (argb[i] >> 16);
            rgb[3 * i + 1] = (byte) (argb[i] >> 8);
            rgb[3 * i + 2] = (byte) argb[i];
        }
        return new Picture(size, size, rgb);
    }
}
