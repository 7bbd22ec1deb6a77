package dev.tandem.samples.train;

import dev.tandem.core.data.PhotoFile;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.train.CaptionedLatents;
import dev.tandem.diffusion.train.EncodedPictures;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.samples.world.CaptionWriter;
import dev.tandem.samples.world.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pictures of a {@link DiffusionRecipe}: scenes of the world, photos of one's own, or both.
 *
 * @param vae how latents are scaled: as its file says or, for a fresh start, as measured
 * @param train to learn from
 * @param heldOut to measure on; maybe none
 * @param captions of held-out pictures, in words; those to learn from where none are held out
 * @param ownCaptions ids of all captions of one's own photos
 */
record DiffusionPictures(
        VaeConfig vae,
        CaptionedLatents train,
        CaptionedLatents heldOut,
        List<String> captions,
        List<long[]> ownCaptions) {

    private static final Logger LOG = LoggerFactory.getLogger(DiffusionPictures.class);
    private static final int ENCODED_AT_ONCE = 32;
    private static final int SAY_EVERY = 4096;

    /**
     * Encodes the pictures, or reads what was kept of them.
     *
     * @param autoencoder of the recipe's model
     */
    static DiffusionPictures open(
            DiffusionRecipe recipe, TensorEngine engine, AutoencoderKL autoencoder, ClipTokenizer tokenizer) {
        OwnData own = recipe.own();
        Reader reader = new Reader(recipe, engine, autoencoder, tokenizer);
        return own == null ? reader.scenes() : reader.photos(own);
    }

    /** What both need. */
    private record Reader(
            DiffusionRecipe recipe, TensorEngine engine, AutoencoderKL autoencoder, ClipTokenizer tokenizer) {

        DiffusionPictures scenes() {
            ScenePictures scenes = scenes(Split.TRAIN, recipe.pictures());
            Path file = recipe.latents();
            EncodedPictures encoded = file == null
                    ? encode(scenes)
                    : LatentsFile.of(file, scenes, vaeFolder()).keep(engine, () -> encode(scenes));
            VaeConfig vae = scaled(encoded);
            ScenePictures unseen = scenes(Split.HELD_OUT, recipe.heldOut());
            return new DiffusionPictures(
                    vae,
                    new CaptionedScenes(scenes, encoded, vae, tokenizer),
                    new CaptionedScenes(unseen, encode(unseen), vae, tokenizer),
                    IntStream.range(0, Math.min(unseen.size(), SamplesPart.MOST))
                            .mapToObj(i -> CaptionWriter.write(
                                    unseen.scene(i),
                                    IndexedRandom.of(recipe.training().seed(), i)))
                            .toList(),
                    List.of());
        }

        DiffusionPictures photos(OwnData own) {
            OwnDialogues dialogues = OwnDialogues.read(own, recipe.training().seed());
            List<PhotoFile> learned = shared(dialogues.train());
            List<PhotoFile> unseen = shared(dialogues.heldOut());
            if (learned.isEmpty()) {
                throw new IllegalArgumentException("no photo of " + own.files() + " is left to learn from");
            }
            OwnPhotos photos = OwnPhotos.of(
                    Stream.concat(learned.stream(), unseen.stream()).toList(),
                    autoencoder.config().sampleSize());
            OwnLatents latents = OwnLatents.of(engine, own, photos, autoencoder, vaeFolder());
            VaeConfig vae = scaled(latents.kept());
            CaptionedPhotos train = new CaptionedPhotos(learned, photos, latents, vae, ids(learned));
            CaptionedPhotos heldOut = new CaptionedPhotos(unseen, photos, latents, vae, ids(unseen));
            List<long[]> all = new ArrayList<>(train.captions());
            all.addAll(heldOut.captions());
            return new DiffusionPictures(
                    vae,
                    own.worldShare() == 0 ? train : new CaptionedPhotos.Both(train, world(own, learned.size(), vae)),
                    heldOut,
                    (unseen.isEmpty() ? learned : unseen)
                            .stream()
                                    .map(PhotoFile::caption)
                                    .distinct()
                                    .limit(SamplesPart.MOST)
                                    .toList(),
                    all);
        }

        /** As many scenes as make up the share. */
        private CaptionedScenes world(OwnData own, int photos, VaeConfig vae) {
            long count = Math.max(1, Math.round(photos * own.worldShare() / (1 - own.worldShare())));
            ScenePictures scenes = scenes(Split.TRAIN, Math.toIntExact(count));
            return new CaptionedScenes(scenes, encode(scenes), vae, tokenizer);
        }

        private static List<PhotoFile> shared(List<RecordedDialogue> dialogues) {
            return dialogues.stream()
                    .flatMap(each -> OwnDialogues.photos(each).stream())
                    .distinct()
                    .toList();
        }

        private List<long[]> ids(List<PhotoFile> photos) {
            return photos.stream()
                    .map(photo -> CaptionedScenes.ids(tokenizer, photo.caption()))
                    .toList();
        }

        private VaeConfig scaled(EncodedPictures encoded) {
            VaeConfig config = autoencoder.config();
            return recipe.fresh()
                    ? config.toBuilder().scalingFactor(encoded.scalingFactor()).build()
                    : config;
        }

        private ScenePictures scenes(Split split, int count) {
            return new ScenePictures(
                    split,
                    count,
                    autoencoder.config().sampleSize(),
                    recipe.training().seed());
        }

        private EncodedPictures encode(ScenePictures scenes) {
            return EncodedPictures.encode(engine, autoencoder, scenes, ENCODED_AT_ONCE, done -> {
                if (done % SAY_EVERY == 0) {
                    LOG.info("{} of {} pictures encoded", done, scenes.size());
                }
            });
        }

        private Path vaeFolder() {
            return recipe.model().resolve("vae");
        }
    }
}
