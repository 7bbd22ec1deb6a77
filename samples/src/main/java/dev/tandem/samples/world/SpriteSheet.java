package dev.tandem.samples.world;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** All sprites: read once from the resources, coloured and scaled when asked for, the latest ones kept. Safe for threads. */
final class SpriteSheet {

    /** About 30 MB when pictures have 128 pixels. */
    private static final int KEPT = 512;

    private record Painted(Subject subject, Optional<Colour> colour) {}

    private record Scaled(Painted painted, int width, int height) {}

    private final Map<Painted, Sprite> originals = new ConcurrentHashMap<>();
    private final Map<Scaled, Sprite> scaled = new LinkedHashMap<>(64, 0.75f, true);

    /** Width over height of a subject. */
    double aspect(Subject subject) {
        Sprite sprite = original(new Painted(subject, Optional.empty()));
        return (double) sprite.width() / sprite.height();
    }

    /** A sprite of this size. */
    Sprite get(Subject subject, Optional<Colour> colour, int width, int height) {
        Scaled key = new Scaled(new Painted(subject, colour), width, height);
        synchronized (scaled) {
            Sprite known = scaled.get(key);
            if (known != null) {
                return known;
            }
        }
        Sprite fresh = original(key.painted()).scaledTo(width, height);
        synchronized (scaled) {
            scaled.put(key, fresh);
            if (scaled.size() > KEPT) {
                scaled.remove(scaled.keySet().iterator().next());
            }
        }
        return fresh;
    }

    private Sprite original(Painted painted) {
        return originals.computeIfAbsent(painted, key -> {
            BufferedImage image = read(key.subject());
            return Sprite.of(key.colour()
                    .map(colour -> Sprite.painted(image, key.subject(), colour))
                    .orElse(image));
        });
    }

    private static BufferedImage read(Subject subject) {
        try (InputStream stream = SpriteSheet.class.getResourceAsStream(subject.sprite())) {
            // in memory: the usual cache file wants a shutdown hook, and a training that is being stopped may still
            // paint
            BufferedImage image = stream == null ? null : ImageIO.read(new MemoryCacheImageInputStream(stream));
            if (image == null) {
                throw new IllegalStateException(
                        "the sprite " + subject.sprite() + " is not on the class path; rebuild the samples module");
            }
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException("the sprite " + subject.sprite() + " cannot be read", e);
        }
    }
}
