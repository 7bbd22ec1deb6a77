package dev.tandem.diffusion.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.Trainer;
import dev.tandem.core.train.TrainingTask;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.DiffusersWriter;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.pipeline.StableDiffusionPipeline;
import dev.tandem.diffusion.schedule.DdimScheduler;
import dev.tandem.diffusion.schedule.PredictionType;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.schedule.SchedulerConfig;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.diffusion.vae.VaeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final int SIDE = 16;
    private static final int TOKENS = 4;
    private static final int VOCABULARY = 12;

    private static final VaeConfig VAE = VaeConfig.builder()
            .blockOutChannels(List.of(4, 8))
            .layersPerBlock(1)
            .normNumGroups(2)
            .latentChannels(2)
            .sampleSize(SIDE)
            .build();
    private static final ClipTextConfig TEXT = ClipTextConfig.builder()
            .vocabSize(VOCABULARY)
            .hiddenSize(8)
            .intermediateSize(16)
            .hiddenLayers(2)
            .attentionHeads(2)
            .maxPositions(TOKENS)
            .bosTokenId(10)
            .eosTokenId(11)
            .build();
    private static final UNetConfig UNET = UNetConfig.builder()
            .inChannels(2)
            .outChannels(2)
            .sampleSize(SIDE / 2)
            .blockOutChannels(List.of(8, 16))
            .downAttention(List.of(false, true))
            .upAttention(List.of(true, false))
            .layersPerBlock(List.of(1, 1))
            .attentionHeads(List.of(2, 2))
            .crossAttentionDim(List.of(8, 8))
            .downTransformerLayers(List.of(1, 1))
            .upTransformerLayers(List.of(1, 1))
            .onlyCrossAttention(List.of(false, false))
            .linearProjection(true)
            .normNumGroups(4)
            .timeEmbeddingDim(32)
            .build();
    private static final Scheduler SCHEDULER = new DdimScheduler(SchedulerConfig.stableDiffusion()
            .predictionType(PredictionType.V_PREDICTION)
            .build());

    /** Pictures with a bright half, above or to the left. Plain ones would all look alike behind group norms. */
    private record Halves(int size) implements PictureData {

        @Override
        public int width() {
            return SIDE;
        }

        @Override
        public int height() {
            return SIDE;
        }

        @Override
        public byte[] rgb(int index) {
            byte[] rgb = new byte[3 * SIDE * SIDE];
            for (int i = 0; i < SIDE * SIDE; i++) {
                boolean bright = (index % 2 == 0 ? i % SIDE : i / SIDE) < SIDE / 2;
                rgb[3 * i] = (byte) (bright ? 200 : 0);
                rgb[3 * i + 1] = rgb[3 * i];
            }
            return rgb;
        }
    }

    /** Latents that their caption decides. */
    private record Told(int size) implements CaptionedLatents {

        @Override
        public long[] shape() {
            return new long[] {2, SIDE / 2, SIDE / 2};
        }

        @Override
        public float[] latents(int index, RandomGenerator random) {
            float[] values = new float[2 * SIDE * SIDE / 4];
            java.util.Arrays.fill(values, index % 2 == 0 ? 1 : -1);
            return values;
        }

        @Override
        public long[] caption(int index, RandomGenerator random) {
            return new long[] {10, 1 + index % 2, 11, 11};
        }
    }

    private static TrainConfig config(int steps) {
        return TrainConfig.builder()
                .steps(steps)
                .learningRate(5e-3)
                .warmupSteps(5)
                .weightDecay(0)
                .checkpointEvery(0)
                .build();
    }

    private static void train(TrainingTask task, int steps, Path folder) {
        try (Trainer trainer = Trainer.builder()
                .engine(ENGINE)
                .task(task)
                .config(config(steps))
                .folder(folder)
                .build()) {
            trainer.run();
        }
    }

    @Test
    void anAutoencoderLearnsToDrawWhatItSaw(@TempDir Path folder) {
        AutoencoderTraining.Data data = new AutoencoderTraining.Data(new Halves(8), new Halves(2), 4);
        try (AutoencoderTraining task =
                AutoencoderTraining.fresh(ENGINE, VAE, new SplittableRandom(1), AutoencoderLoss.DEFAULT, data)) {
            double before = psnr(task);
            train(task, 50, folder);
            double after = psnr(task);
            assertTrue(after > before + 8, "PSNR went from " + before + " to " + after);
        }
    }

    @Test
    void aDecoderIsTrainedWithoutMovingTheLatents(@TempDir Path folder) {
        AutoencoderTraining.Data data = new AutoencoderTraining.Data(new Halves(8), new Halves(2), 4);
        FreshWeights weights = new FreshWeights(ENGINE, new SplittableRandom(1));
        try (AutoencoderTraining task =
                        AutoencoderTraining.decoderFrom(ENGINE, VAE, weights, AutoencoderLoss.DEFAULT, data);
                Scope scope = ENGINE.scope()) {
            Tensor pictures = new Halves(2).batch(ENGINE, 0, 1);
            float[] latents = task.autoencoder().encode(pictures).mean().toFloatArray();
            double before = psnr(task);
            train(task, 50, folder);
            assertArrayEquals(
                    latents, task.autoencoder().encode(pictures).mean().toFloatArray());
            double after = psnr(task);
            assertTrue(after > before + 4, "PSNR went from " + before + " to " + after);
        }
    }

    private static double psnr(AutoencoderTraining task) {
        try (Scope scope = ENGINE.scope()) {
            return task.evaluate(new SplittableRandom(1)).get("psnr");
        }
    }

    @Test
    void aDenoiserLearnsAndUsesTheCaption(@TempDir Path folder) {
        try (DiffusionModel model = model(2)) {
            DiffusionTraining task = DiffusionTraining.builder()
                    .engine(ENGINE)
                    .model(model)
                    .scheduler(SCHEDULER)
                    .train(new Told(16))
                    .heldOut(new Told(8))
                    .emptyCaption(10, 11, 11, 11)
                    .batch(8)
                    .build();
            double before = measured(task).get("loss");
            train(task, 80, folder);
            Map<String, Double> after = measured(task);
            assertTrue(after.get("loss") < 0.5 * before, "the loss went from " + before + " to " + after);
            assertTrue(after.get("loss_uncaptioned") > after.get("loss"), "the caption is not used: " + after);
        }
    }

    private static DiffusionModel model(long seed) {
        return DiffusionModel.build(
                ENGINE,
                TEXT,
                new FreshWeights(ENGINE, new SplittableRandom(seed)),
                UNET,
                new FreshWeights(ENGINE, new SplittableRandom(seed + 1)));
    }

    private static Map<String, Double> measured(DiffusionTraining task) {
        try (Scope scope = ENGINE.scope()) {
            return task.evaluate(new SplittableRandom(3));
        }
    }

    @Test
    void jointTrainingReachesTheTokenVectorsThroughTheFrozenTextEncoder() {
        try (DiffusionModel model = model(4);
                Scope scope = ENGINE.scope();
                GradientTape tape = ENGINE.gradientTape()) {
            model.unetParameters().values().forEach(p -> p.requiresGrad(true));
            JointImageTraining joint = new JointImageTraining(model, SCHEDULER);
            Tensor ids = ENGINE.tensor(new long[] {10, 1, 11, 11}, 1, TOKENS);
            Tensor vectors = model.text().tokenTable().embedding(ids).detach().requiresGrad(true);
            Tensor latents = ENGINE.full(1, 1, 2, SIDE / 2, SIDE / 2);
            Tensor loss = joint.loss(latents, ids, vectors, new SplittableRandom(5));
            tape.backward(loss);
            Tensor gradient = assertNotNullAnd(vectors.grad());
            assertTrue(gradient.abs().sum().item() > 0, "the gradient is all zeros");
            assertTrue(
                    model.textParameters().values().stream().allMatch(p -> p.grad() == null),
                    "the text encoder is frozen");
        }
    }

    private static Tensor assertNotNullAnd(Tensor gradient) {
        assertNotNull(gradient, "no gradient reaches the token vectors");
        return gradient;
    }

    @Test
    void minSnrCountsNoStepMoreThanGamma() {
        double snr = SCHEDULER.alphaBar(0) / (1 - SCHEDULER.alphaBar(0));
        try (DiffusionModel model = model(6);
                Scope scope = ENGINE.scope()) {
            Tensor latents = ENGINE.full(1, 1, 2, SIDE / 2, SIDE / 2);
            Tensor noise = ENGINE.randn(new SplittableRandom(7), latents.shape());
            Tensor context = ENGINE.full(0.5, 1, TOKENS, 8);
            long[] first = {0};
            double plain = new DenoisingLoss(SCHEDULER, 0)
                    .of(model.unet(), latents, context, noise, first)
                    .item();
            double weighted = new DenoisingLoss(SCHEDULER, 5)
                    .of(model.unet(), latents, context, noise, first)
                    .item();
            assertEquals(plain * 5 / (snr + 1), weighted, 1e-4 * plain);
        }
    }

    @Test
    void whatIsWrittenInTheLayoutOfDiffusersIsReadAgain(@TempDir Path folder) throws Exception {
        try (DiffusionModel model = model(8);
                AutoencoderTraining autoencoder = AutoencoderTraining.fresh(
                        ENGINE,
                        VAE,
                        new SplittableRandom(9),
                        AutoencoderLoss.DEFAULT,
                        new AutoencoderTraining.Data(new Halves(2), new Halves(2), 2));
                Scope scope = ENGINE.scope()) {
            VaeConfig scaled = VAE.toBuilder().scalingFactor(0.75).build();
            DiffusersWriter.into(folder, DType.FLOAT32)
                    .vae(scaled, autoencoder.parameters())
                    .unet(UNET, model.unetParameters())
                    .textEncoder(TEXT, model.textParameters())
                    .scheduler(SCHEDULER)
                    .index(SCHEDULER);
            assertTrue(StableDiffusionFolder.describes(folder));
            StableDiffusionFolder read = new StableDiffusionFolder(ENGINE, ModelFolder.of(folder));
            assertEquals(SCHEDULER.config(), read.scheduler().config());
            try (StableDiffusionPipeline pipeline = StableDiffusionPipeline.load(ENGINE, read, read.scheduler())) {
                Tensor ids = ENGINE.tensor(new long[] {10, 3, 11, 11}, 1, TOKENS);
                assertArrayEquals(
                        model.text().encode(ids).lastHiddenState().toFloatArray(),
                        pipeline.encode(List.of(ids)).hidden().toFloatArray());
                assertEquals(SIDE, pipeline.nativeSide());
            }
            try (var files = Files.walk(folder)) {
                assertTrue(
                        files.noneMatch(f -> f.getFileName().toString().endsWith(".tmp")),
                        "something half-written is left");
            }
        }
    }

    @Test
    void piecesComeFromTheirPicture() {
        PictureData pieces = new CroppedPictures(new Halves(4), 8, 4);
        assertEquals(8, pieces.width());
        for (int index = 0; index < 4; index++) {
            byte[] piece = pieces.rgb(index);
            assertArrayEquals(piece, pieces.rgb(index));
            assertEquals(3 * 8 * 8, piece.length);
            // rows of a picture with a bright left half are alike, as are the columns of one with a bright upper half
            for (int i = 0; i < 8; i++) {
                assertEquals(piece[0], index % 2 == 0 ? piece[3 * 8 * i] : piece[3 * i]);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new CroppedPictures(new Halves(4), 17, 1));
    }
}
