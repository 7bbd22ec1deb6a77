package dev.tandem.samples.world;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Where the subjects of a scene stand: large, near the middle, side by side without touching, their feet on one line. */
final class Layout {

    /**
     * One subject of a picture.
     *
     * @param item which of the scene's items it belongs to
     * @param box where it stands, in parts of the picture's side; y grows downwards
     */
    record Placed(Item item, Rectangle2D box) {}

    /** Heights are one of these parts of the full one, so that a scaled sprite can be used again. */
    private static final double[] SIZES = {0.94, 0.97, 1.0};

    /** Largest width and height in a row of one, two and three. */
    private static final double[] WIDTHS = {0.72, 0.43, 0.29};

    private static final double[] HEIGHTS = {0.60, 0.52, 0.44};

    private static final int STEPS = 4;

    private Layout() {}

    /**
     * From left to right.
     *
     * @param varied whether subjects may be smaller than usual, down to the size that each has in a row of three
     */
    static List<Placed> of(Scene scene, SpriteSheet sprites, RandomGenerator random, boolean varied) {
        List<Item> row = new ArrayList<>();
        for (Item item : scene.items()) {
            for (int i = 0; i < item.count(); i++) {
                row.add(item);
            }
        }
        if (scene.relation().filter(relation -> !relation.firstOnLeft()).isPresent()) {
            Collections.reverse(row);
        }
        double[] centres = switch (row.size()) {
            case 1 -> new double[] {0.5};
            case 2 -> new double[] {0.265, 0.735};
            default -> new double[] {0.175, 0.5, 0.825};
        };
        double drift = (row.size() == 1 ? 0.05 : 0.012) * (2 * random.nextDouble() - 1);
        double ground = 0.885 + 0.015 * (2 * random.nextDouble() - 1);
        double scale = SIZES[random.nextInt(SIZES.length)];
        double smaller = varied ? random.nextInt(STEPS + 1) / (double) STEPS : 0;
        List<Placed> placed = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            Subject subject = row.get(i).subject();
            double aspect = sprites.aspect(subject);
            double size = scale * (scene.isPair() ? subject.size() : 1);
            double usual = height(row.size(), aspect);
            double height = size * (usual - smaller * (usual - height(WIDTHS.length, aspect)));
            double width = height * aspect;
            placed.add(new Placed(
                    row.get(i),
                    new Rectangle2D.Double(centres[i] + drift - width / 2, ground - height, width, height)));
        }
        return placed;
    }

    private static double height(int things, double aspect) {
        return Math.min(HEIGHTS[things - 1], WIDTHS[things - 1] / aspect);
    }
}
