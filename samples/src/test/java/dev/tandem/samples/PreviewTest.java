package dev.tandem.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Previews of the embedded default are small versions of what it draws. */
class PreviewTest {

    private final List<Picture> previews = new ArrayList<>();

    @Test
    void thePreviewsOfADrawingComeToLookLikeThePhoto() throws IOException {
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder().build()) {
            Photo photo = agent.draw(
                    "a red balloon on the beach",
                    agent.imageOptions().toBuilder().seed(3).build(),
                    new Cancellation(),
                    new ImageListener() {
                        @Override
                        public void onStep(int step, int steps) {}

                        @Override
                        public void onPreview(int step, int steps, Supplier<Picture> preview) {
                            previews.add(preview.get());
                        }
                    });
            assertEquals(agent.imageOptions().steps() - 1, previews.size());
            Picture last = previews.get(previews.size() - 1);
            assertEquals(photo.width() / 8, last.width());
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(photo.png()));
            double early = correlation(previews.get(0), image);
            double late = correlation(last, image);
            assertTrue(late > 0.8, "the last preview against the photo: " + late);
            assertTrue(late > early, early + " then " + late);
        }
    }

    /** Of all channels of all preview pixels with the mean of the photo's pixels there. */
    private static double correlation(Picture preview, BufferedImage photo) {
        int scale = photo.getWidth() / preview.width();
        List<double[]> pairs = new ArrayList<>();
        for (int y = 0; y < preview.height(); y++) {
            for (int x = 0; x < preview.width(); x++) {
                for (int shift = 0; shift <= 16; shift += 8) {
                    double sum = 0;
                    for (int v = 0; v < scale; v++) {
                        for (int u = 0; u < scale; u++) {
                            sum += photo.getRGB(x * scale + u, y * scale + v) >> shift & 255;
                        }
                    }
                    pairs.add(new double[] {preview.rgb(x, y) >> shift & 255, sum / (scale * scale)});
                }
            }
        }
        double[] mean = new double[2];
        pairs.forEach(p -> {
            mean[0] += p[0] / pairs.size();
            mean[1] += p[1] / pairs.size();
        });
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (double[] p : pairs) {
            xy += (p[0] - mean[0]) * (p[1] - mean[1]);
            xx += (p[0] - mean[0]) * (p[0] - mean[0]);
            yy += (p[1] - mean[1]) * (p[1] - mean[1]);
        }
        return xy / Math.sqrt(xx * yy);
    }
}
