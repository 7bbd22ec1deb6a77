package dev.tandem.diffusion.train;

import java.util.SplittableRandom;

/**
 * Square pieces of pictures, one of each, always the same. A convolutional autoencoder learns from them what it learns from whole
 * pictures, in more and cheaper steps.
 */
public final class CroppedPictures implements PictureData {

    private static final int CHANNELS = 3;

    private final PictureData whole;
    private final int side;
    private final int grid;

    /**
     * Cuts pieces out of pictures.
     *
     * @param side width and height of a piece in pixels
     * @param grid pieces begin at multiples of this
     */
    public CroppedPictures(PictureData whole, int side, int grid) {
        if (side < 1 || grid < 1 || side > whole.width() || side > whole.height()) {
            throw new IllegalArgumentException("pieces of " + side + " x " + side + " pixels on a grid of " + grid
                    + " can't be cut out of pictures of " + whole.width() + " x " + whole.height());
        }
        this.whole = whole;
        this.side = side;
        this.grid = grid;
    }

    @Override
    public int size() {
        return whole.size();
    }

    @Override
    public int width() {
        return side;
    }

    @Override
    public int height() {
        return side;
    }

    @Override
    public byte[] rgb(int index) {
        SplittableRandom random = new SplittableRandom(index);
        int left = grid * random.nextInt((whole.width() - side) / grid + 1);
        int top = grid * random.nextInt((whole.height() - side) / grid + 1);
        byte[] rgb = whole.rgb(index);
        byte[] piece = new byte[CHANNELS * side * side];
        for (int y = 0; y < side; y++) {
            int from = CHANNELS * ((top + y) * whole.width() + left);
            System.arraycopy(rgb, from, piece, CHANNELS * side * y, CHANNELS * side);
        }
        return piece;
    }
}
