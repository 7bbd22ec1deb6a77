package dev.tandem.samples.train;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Some dialogues of somebody's own in each format, with their photos. */
public final class OwnFiles {

    /** Dialogues in a file. */
    public static final int DIALOGUES = 6;

    private OwnFiles() {}

    /** Writes {@code own.jsonl}, {@code photochat.json}, {@code dialogcc.json} and {@code mmdialog.json} with {@code photos/}. */
    public static void write(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("photos"));
        StringBuilder jsonl = new StringBuilder();
        StringBuilder photochat = new StringBuilder("[");
        StringBuilder dialogcc = new StringBuilder("[");
        StringBuilder mmdialog = new StringBuilder();
        for (int i = 0; i < DIALOGUES; i++) {
            photo(folder.resolve("photos").resolve(i + ".png"), i);
            String asks = "did you see the boat number " + i + "?";
            String caption = "a boat number " + i + " on a lake";
            jsonl.append("""
                    {"turns":[{"speaker":"user","text":"%s"},{"speaker":"agent","text":"yes, look","photo":{"file":"photos/%d.png","caption":"%s"}},\
                    {"speaker":"user","text":"nice"},{"speaker":"agent","text":"it is %s"}]}
                    """.formatted(asks, i, caption, "very ".repeat(i) + "big"));
            photochat.append(i == 0 ? "" : ",").append("""
                    {"dialogue":[{"message":"%s","share_photo":false,"user_id":0},{"message":"yes, look","share_photo":false,"user_id":1},
                    {"message":"","share_photo":true,"user_id":1}],"photo_description":"%s","photo_id":"train/%d","photo_url":"https://x.org/%d"}
                    """.formatted(asks, caption, i, i));
            dialogcc.append(i == 0 ? "" : ",").append("""
                    {"dialogue":[{"utterance":"%s","speaker":"ann","shared_image":[]},{"utterance":"yes, look","speaker":"bob",
                    "description":["%s"],"shared_image":[{"image_url":"https://x.org/%d.png"}]}]}
                    """.formatted(asks, caption, i));
            mmdialog.append("""
                    {"conversation":[{"turn":[{"__TEXT__":"%s"}]},{"turn":[{"__TEXT__":"yes, look"},{"__MEDIA__":"%d","caption":"%s"}]}]}
                    """.formatted(asks, i, caption));
        }
        Files.writeString(folder.resolve("own.jsonl"), jsonl);
        Files.writeString(folder.resolve("photochat.json"), photochat.append("]"));
        Files.writeString(folder.resolve("dialogcc.json"), dialogcc.append("]"));
        Files.writeString(folder.resolve("mmdialog.json"), mmdialog);
    }

    /** Of different sizes, none of them square. */
    private static void photo(Path file, int number) throws IOException {
        BufferedImage picture = new BufferedImage(24 + 4 * number, 40, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(40 * number, 90, 255 - 40 * number));
        graphics.fillRect(0, 0, picture.getWidth(), 20 + number);
        graphics.dispose();
        ImageIO.write(picture, "png", file.toFile());
    }
}
