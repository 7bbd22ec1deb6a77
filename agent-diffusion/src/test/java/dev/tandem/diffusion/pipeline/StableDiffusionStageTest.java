package dev.tandem.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Conditioning;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.stage.Span;
import dev.tandem.core.stage.SpelledCaption;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.diffusion.load.ClipTextLoader;
import dev.tandem.diffusion.load.UNetLoader;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.schedule.DdimScheduler;
import dev.tandem.diffusion.schedule.SchedulerConfig;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.diffusion.vae.VaeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class StableDiffusionStageTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final StableDiffusionStage STAGE = stage();
    private static final Conditioning CAPTION = new Conditioning("a dog", List.of(10, 3, 11));

    /** One token for a text: its length. */
    private static final class Lengths implements CaptionTokenizer {

        @Override
        public SpelledCaption tokenize(String text) {
            Span none = new Span(0, 0);
            return text.isEmpty()
                    ? new SpelledCaption(text, List.of(10, 11), List.of(none, none))
                    : new SpelledCaption(
                            text, List.of(10, text.length() % 10, 11), List.of(none, new Span(0, text.length()), none));
        }

        @Override
        public boolean isSpecial(int id) {
            return id >= 10;
        }

        @Override
        public int padId() {
            return 11;
        }

        @Override
        public int maxLength() {
            return 5;
        }

        @Override
        public int vocabularySize() {
            return 12;
        }

        @Override
        public String fingerprint() {
            return "lengths";
        }
    }

    private static StableDiffusionStage stage() {
        SplittableRandom random = new SplittableRandom(1);
        StableDiffusionPipeline pipeline = new StableDiffusionPipeline(
                ENGINE,
                ClipTextLoader.build(
                        ENGINE,
                        ClipTextConfig.builder()
                                .vocabSize(12)
                                .hiddenSize(8)
                                .intermediateSize(16)
                                .hiddenLayers(1)
                                .attentionHeads(2)
                                .maxPositions(5)
                                .build(),
                        new FreshWeights(ENGINE, random)),
                UNetLoader.build(
                        ENGINE,
                        UNetConfig.builder()
                                .sampleSize(8)
                                .blockOutChannels(List.of(8))
                                .downAttention(List.of(true))
                                .upAttention(List.of(true))
                                .layersPerBlock(List.of(1))
                                .attentionHeads(List.of(2))
                                .crossAttentionDim(List.of(8))
                                .downTransformerLayers(List.of(1))
                                .upTransformerLayers(List.of(1))
                                .onlyCrossAttention(List.of(false))
                                .normNumGroups(4)
                                .timeEmbeddingDim(32)
                                .build(),
                        new FreshWeights(ENGINE, random)),
                VaeLoader.build(
                        ENGINE,
                        VaeConfig.builder()
                                .blockOutChannels(List.of(4, 8))
                                .layersPerBlock(1)
                                .normNumGroups(2)
                                .build(),
                        new FreshWeights(ENGINE, random)),
                new DdimScheduler(SchedulerConfig.stableDiffusion().build()));
        return new StableDiffusionStage(ENGINE, pipeline, new Lengths());
    }

    @AfterAll
    static void close() {
        STAGE.close();
    }

    private static int[] pixels(Picture picture) {
        int[] pixels = new int[picture.width() * picture.height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = picture.rgb(i % picture.width(), i / picture.width());
        }
        return pixels;
    }

    private static Picture draw(ImageOptions options, ImageListener listener) {
        return STAGE.draw(CAPTION, options, new Cancellation(), listener);
    }

    @Test
    void oneSeedIsOnePictureAndAnotherIsAnother() {
        ImageOptions options = ImageOptions.builder().steps(3).seed(7).build();
        List<Integer> first = java.util.Arrays.stream(pixels(draw(options, ImageListener.NONE)))
                .boxed()
                .toList();
        List<Integer> again = java.util.Arrays.stream(pixels(draw(options, ImageListener.NONE)))
                .boxed()
                .toList();
        List<Integer> other = java.util.Arrays.stream(
                        pixels(draw(options.toBuilder().seed(8).build(), ImageListener.NONE)))
                .boxed()
                .toList();
        assertEquals(first, again);
        assertNotEquals(first, other);
    }

    @Test
    void sizesAreTheModelsOwnUnlessTheyAreGiven() {
        assertEquals(
                16,
                draw(ImageOptions.builder().steps(1).build(), ImageListener.NONE)
                        .width());
        Picture wide = draw(ImageOptions.builder().steps(1).width(24).height(8).build(), ImageListener.NONE);
        assertEquals(24, wide.width());
        assertEquals(8, wide.height());
        IllegalArgumentException odd = assertThrows(
                IllegalArgumentException.class,
                () -> draw(ImageOptions.builder().steps(1).width(17).build(), ImageListener.NONE));
        assertTrue(odd.getMessage().contains("multiples of 2"), odd.getMessage());
    }

    @Test
    void everyStepIsHeardAndEachMayBeTheLast() {
        List<String> heard = new ArrayList<>();
        draw(ImageOptions.builder().steps(3).build(), (step, steps) -> heard.add(step + "/" + steps));
        assertEquals(List.of("1/3", "2/3", "3/3"), heard);
        Cancellation cancellation = new Cancellation();
        ImageListener second = (step, steps) -> {
            if (step == 2) {
                cancellation.cancel();
            }
        };
        ImageOptions ten = ImageOptions.builder().steps(10).build();
        assertThrows(CancelledException.class, () -> STAGE.draw(CAPTION, ten, cancellation, second));
    }

    @Test
    void picturesDrawnAtATimeEqualThoseDrawnAlone() throws Exception {
        // one of another size and one without guidance, which share no pass, and some that come late to a pass
        List<ImageOptions> wanted = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            wanted.add(ImageOptions.builder().steps(5 + 3 * i).seed(i).build());
        }
        wanted.add(ImageOptions.builder().steps(9).width(24).height(8).build());
        wanted.add(ImageOptions.builder().steps(9).guidance(1).build());
        List<int[]> alone = wanted.stream()
                .map(options -> pixels(draw(options, ImageListener.NONE)))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(wanted.size());
        try {
            List<Future<int[]>> together = new ArrayList<>();
            for (ImageOptions options : wanted) {
                together.add(threads.submit(() -> pixels(draw(options, ImageListener.NONE))));
            }
            for (int i = 0; i < wanted.size(); i++) {
                int[] pixels = together.get(i).get();
                for (int p = 0; p < pixels.length; p++) {
                    for (int shift = 0; shift < 24; shift += 8) {
                        int difference = (pixels[p] >> shift & 255) - (alone.get(i)[p] >> shift & 255);
                        assertTrue(Math.abs(difference) <= 1, "picture " + i + ", pixel " + p);
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theCaptionAndTheGuidanceMatter() {
        ImageOptions options = ImageOptions.builder().steps(3).guidance(1).build();
        List<Integer> plain = java.util.Arrays.stream(pixels(draw(options, ImageListener.NONE)))
                .boxed()
                .toList();
        List<Integer> guided = java.util.Arrays.stream(
                        pixels(draw(options.toBuilder().guidance(9).build(), ImageListener.NONE)))
                .boxed()
                .toList();
        assertNotEquals(plain, guided);
        Conditioning tooLong = new Conditioning("x", List.of(10, 1, 2, 3, 4, 11));
        assertThrows(
                IllegalArgumentException.class,
                () -> STAGE.draw(tooLong, options, new Cancellation(), ImageListener.NONE));
    }
}
