package dev.tandem.samples.evaluate;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.samples.evaluate.metric.ClipFeatures;
import dev.tandem.samples.evaluate.metric.InceptionFeatures;
import dev.tandem.samples.evaluate.metric.PictureFeatures;
import dev.tandem.samples.world.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The networks that look at pictures. Of somebody's own photos the small world's judge knows nothing, so it is asked about them only where no
 * other network is given.
 *
 * @param judge knows the small world
 * @param judged whether it is asked
 * @param clip knows which texts fit; null for none
 * @param inception the one that FID is published with; null for none
 */
record Networks(
        PictureJudge judge,
        boolean judged,
        @Nullable ClipFeatures clip,
        @Nullable InceptionFeatures inception) implements AutoCloseable {

    /**
     * Files that the user has.
     *
     * @param judge weights of another judge than the world's own; null for that
     * @param clip a CLIP model in the layout of transformers; null for none
     * @param inception pytorch-fid's InceptionV3; null for none
     */
    record Files(
            @Nullable Path judge,
            @Nullable Path clip,
            @Nullable Path inception) {

        /**
         * Loads them.
         *
         * @param own whether they are to look at somebody's own photos
         */
        Networks load(TensorEngine engine, boolean own) {
            List<AutoCloseable> loaded = new ArrayList<>();
            try {
                PictureJudge judges =
                        add(loaded, judge == null ? PictureJudge.embedded(engine) : PictureJudge.load(engine, judge));
                // without classes of photos, CLIP gives no Inception Score
                ClipFeatures similarity = clip == null
                        ? null
                        : add(loaded, ClipFeatures.load(engine, clip, own ? List.of("a photo") : subjects()));
                InceptionFeatures published =
                        inception == null ? null : add(loaded, InceptionFeatures.load(engine, inception));
                return new Networks(judges, judged(own), similarity, published);
            } catch (RuntimeException | Error e) {
                loaded.forEach(Files::closeQuietly);
                throw e;
            }
        }

        private boolean judged(boolean own) {
            return !own || judge != null || clip == null && inception == null;
        }

        /** What the report says of them. */
        List<String> settings(boolean own) {
            List<String> settings = new ArrayList<>();
            if (judged(own)) {
                settings.add("judge-: by the features of "
                        + (judge == null
                                ? "the small world's own judge, which knows painted scenes only"
                                : "the judge " + judge)
                        + "; not comparable with InceptionV3's");
            }
            if (clip != null) {
                settings.add("clip-: by the picture vectors of " + clip
                        + (own ? "" : ", classes by the names of the subjects"));
            }
            if (inception != null) {
                settings.add("inception-: by InceptionV3 of " + inception
                        + ", pictures resized as pytorch-fid does; published scores are of thousands of pictures");
            }
            return settings;
        }

        private static List<String> subjects() {
            return Arrays.stream(Subject.values())
                    .map(s -> "a photo of " + s.usualName().withArticle())
                    .toList();
        }

        private static <T extends AutoCloseable> T add(List<AutoCloseable> loaded, T network) {
            loaded.add(network);
            return network;
        }

        private static void closeQuietly(AutoCloseable network) {
            try {
                network.close();
            } catch (Exception e) {
                // what is wrong is being reported
            }
        }
    }

    /** Those that are asked. */
    List<PictureFeatures> asked() {
        List<PictureFeatures> asked = new ArrayList<>();
        if (judged) {
            asked.add(judge);
        }
        if (clip != null) {
            asked.add(clip);
        }
        if (inception != null) {
            asked.add(inception);
        }
        return asked;
    }

    @Override
    public void close() {
        judge.close();
        if (clip != null) {
            clip.close();
        }
        if (inception != null) {
            inception.close();
        }
    }
}
