package dev.tandem.samples.train;

import dev.tandem.core.data.PhotoFile;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.core.vision.TrainingPixels;
import dev.tandem.diffusion.train.PictureData;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Photos in files, read one at a time when they are asked for: the middle of each, as large as the autoencoder takes it. */
final class OwnPhotos implements PictureData {

    private final TrainingPixels pixels;
    private final List<Path> files;
    private final Map<Path, Integer> indices;

    private OwnPhotos(TrainingPixels pixels, List<Path> files) {
        this.pixels = pixels;
        this.files = files;
        this.indices = new LinkedHashMap<>();
        files.forEach(file -> indices.put(file, indices.size()));
    }

    /**
     * Photos, each file once.
     *
     * @param side their width and height
     */
    static OwnPhotos of(List<PhotoFile> photos, int side) {
        return new OwnPhotos(
                TrainingPixels.of(side),
                photos.stream().map(PhotoFile::file).distinct().toList());
    }

    /** The first of them. */
    OwnPhotos first(int count) {
        return new OwnPhotos(pixels, files.subList(0, Math.min(count, files.size())));
    }

    /** One of them. */
    OwnPhotos only(int index) {
        return new OwnPhotos(pixels, List.of(files.get(index)));
    }

    /** Where a photo's file is among these. */
    int index(PhotoFile photo) {
        Integer index = indices.get(photo.file());
        if (index == null) {
            throw new IllegalArgumentException(photo.file() + " is none of these photos");
        }
        return index;
    }

    /** What they are: how they are cut, and a digest of their bytes. */
    String describe() {
        return files.size() + " photos " + FeatureFile.digestOf(files) + " as " + pixels;
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public int width() {
        return pixels.size();
    }

    @Override
    public int height() {
        return pixels.size();
    }

    @Override
    public byte[] rgb(int index) {
        Picture cut = pixels.cut(PictureFile.read(files.get(index)));
        byte[] rgb = new byte[3 * width() * height()];
        for (int i = 0; i < width() * height(); i++) {
            int pixel = cut.rgb(i % width(), i / width());
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return rgb;
    }

    @Override
    public Tensor batch(TensorEngine engine, int... chosen) {
        int each = 3 * width() * height();
        float[] values = new float[chosen.length * each];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(pixels.read(files.get(chosen[i])), 0, values, i * each, each);
        }
        return engine.tensor(values, chosen.length, 3, height(), width());
    }
}
