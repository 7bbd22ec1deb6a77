package dev.tandem.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.safety.ImageGuard;
import dev.tandem.core.safety.Verdict;
import dev.tandem.core.safety.WithheldException;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.Conditioning;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.stage.StageContext;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.vision.Blurred;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.safety.CheckerFiles;
import dev.tandem.diffusion.safety.SafetyCheckerGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole small Stable Diffusion 1 with a safety checker that flags every picture, or none, and an agent that draws with it. */
class CheckedPicturesTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final String CAPTION = "a sleepy cat";
    private static final AgentConfig CONFIG = new AgentConfig(
            "test",
            AgentConfig.Markers.DEFAULT,
            new AgentConfig.PromptTemplate("", "", "", "", "</s>"),
            new AgentConfig.Bridge("none"),
            LanguageOptions.builder().maxNewTokens(5).build(),
            ImageOptions.builder().steps(3).build(),
            Map.of());

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void pipelineWithChecker() throws IOException {
        folder = temporary.resolve("model");
        CheckerFiles.copy(CheckerFiles.resource("/text-to-image/sd1/model"), folder);
        for (String part : List.of("safety_checker", "feature_extractor")) {
            CheckerFiles.copy(CheckerFiles.resource("/safety-checker/pipeline/" + part), folder.resolve(part));
        }
    }

    /** Sets all thresholds of the 17 concepts: -2 flags every picture, 2 none. */
    private void thresholds(double threshold) {
        Path file = folder.resolve("safety_checker/model.safetensors");
        try (Scope scope = ENGINE.scope()) {
            FileWeights weights = FileWeights.open(ENGINE, file);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String key : weights.keys()) {
                tensors.put(key, weights.get(key, Init.zeros(), weights.shape(key)));
            }
            tensors.put("concept_embeds_weights", ENGINE.full(threshold, 17));
            SafetensorsWriter.create().write(file, tensors);
        }
    }

    private ImageStage stage() {
        return new StableDiffusionStageFactory().create(new StageContext(folder, CONFIG, ENGINE));
    }

    private static PhotoSharingAgent.Builder agent(ImageStage stage) {
        return PhotoSharingAgent.builder()
                .stages(
                        CONFIG,
                        new Silent(),
                        caption -> new Conditioning(
                                caption.text(),
                                stage.captionTokenizer()
                                        .tokenize(caption.text())
                                        .ids()),
                        stage);
    }

    private static Photo draw(PhotoSharingAgent agent, ImageListener listener) {
        return agent.draw(CAPTION, agent.imageOptions(), new Cancellation(), listener);
    }

    private static int[] pixels(Picture picture) {
        int[] pixels = new int[picture.width() * picture.height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = picture.rgb(i % picture.width(), i / picture.width());
        }
        return pixels;
    }

    private static Picture shown(Photo photo) {
        return PictureFile.read(photo.png(), "the photo");
    }

    /** Counts steps and previews. */
    private static final class Heard implements ImageListener {

        private int steps;
        private int previews;

        @Override
        public void onStep(int step, int of) {
            steps++;
        }

        @Override
        public void onPreview(int step, int of, Supplier<Picture> preview) {
            previews++;
        }
    }

    @Test
    void aBlockedPhotoIsWithheldAndNoPreviewIsTold() {
        thresholds(-2);
        try (ImageStage stage = stage()) {
            PhotoSharingAgent agent = agent(stage).build();
            assertTrue(agent.checksPictures());
            Heard heard = new Heard();
            WithheldException withheld = assertThrows(WithheldException.class, () -> draw(agent, heard));
            assertEquals(Verdict.Action.BLOCK, withheld.verdict().action());
            assertTrue(withheld.getMessage().contains("the safety checker sees concept 0 ("), withheld.getMessage());
            assertFalse(withheld.getMessage().contains(CAPTION), "the caption is private");
            assertTrue(heard.steps > 3, "it was drawn");
            assertEquals(0, heard.previews);
        }
    }

    @Test
    void withoutTheModelsGuardThePhotoAndItsPreviewsAreThere() {
        thresholds(-2);
        try (ImageStage stage = stage()) {
            PhotoSharingAgent agent = agent(stage).modelGuard(false).build();
            assertFalse(agent.checksPictures());
            Heard heard = new Heard();
            assertEquals(16, draw(agent, heard).width());
            assertTrue(heard.previews > 1, "nothing holds them back");
        }
    }

    @Test
    void whatIsNotFlaggedIsDrawnAsWithoutAChecker() {
        thresholds(2);
        try (ImageStage stage = stage()) {
            Photo checked = draw(agent(stage).build(), ImageListener.NONE);
            Photo unchecked = draw(agent(stage).modelGuard(false).build(), ImageListener.NONE);
            assertArrayEquals(pixels(shown(unchecked)), pixels(shown(checked)));
        }
    }

    @Test
    void aGuardOverTheFolderBlursOrFlagsInstead() {
        thresholds(-2);
        try (ImageStage stage = stage();
                SafetyCheckerGuard blurs = SafetyCheckerGuard.load(ENGINE, folder, Verdict.Action.BLUR, 0);
                SafetyCheckerGuard flags = SafetyCheckerGuard.load(ENGINE, folder, Verdict.Action.FLAG, 0)) {
            Picture plain = shown(draw(agent(stage).modelGuard(false).build(), ImageListener.NONE));
            Picture flagged =
                    shown(draw(agent(stage).modelGuard(false).imageGuard(flags).build(), ImageListener.NONE));
            Picture blurred =
                    shown(draw(agent(stage).modelGuard(false).imageGuard(blurs).build(), ImageListener.NONE));
            assertArrayEquals(pixels(plain), pixels(flagged));
            assertArrayEquals(pixels(Blurred.of(plain)), pixels(blurred));
            assertThrows(
                    WithheldException.class,
                    () -> draw(agent(stage).imageGuard(blurs).build(), ImageListener.NONE),
                    "the model's own guard is stricter");
        }
    }

    @Test
    void aGuardOfTheUsersCountsBesideTheModels() {
        thresholds(2);
        try (ImageStage stage = stage()) {
            List<Picture> seen = new ArrayList<>();
            ImageGuard own = picture -> {
                seen.add(picture);
                return Verdict.of(Verdict.Action.BLOCK, "too sleepy");
            };
            PhotoSharingAgent agent = agent(stage).imageGuard(own).build();
            assertTrue(assertThrows(WithheldException.class, () -> draw(agent, ImageListener.NONE))
                    .getMessage()
                    .contains("too sleepy"));
            assertEquals(1, seen.size());
        }
    }

    @Test
    void drawingAloneReturnsWhatIsDrawnAndTheGuardSaysWhatItIs() {
        thresholds(-2);
        TextToImage model = TextToImage.load(ENGINE, folder);
        Picture picture =
                model.draw(CAPTION, model.defaults().toBuilder().steps(2).build());
        Optional<ImageGuard> guard = model.guard();
        assertEquals(Verdict.Action.BLOCK, guard.orElseThrow().check(picture).action());
        assertEquals(guard, model.guard(), "loaded once");
        assertEquals(List.of(), model.notes());
        model.close();
        assertThrows(RuntimeException.class, () -> guard.get().check(picture), "closed with the model");
        assertThrows(IllegalStateException.class, model::guard);
    }

    @Test
    void aFolderThatLeavesTheCheckerOutHasNone() throws IOException {
        Path index = folder.resolve("model_index.json");
        String named = Files.readString(index);
        String without = named.replaceAll("(?s)\"safety_checker\": \\[.*?\\]", "\"safety_checker\": [null, null]");
        assertFalse(named.equals(without));
        Files.writeString(index, without);
        try (ImageStage stage = stage()) {
            assertFalse(agent(stage).build().checksPictures());
        }
    }

    @Test
    void aDamagedCheckerStopsTheAgentNotTheModel() throws IOException {
        Path weights = folder.resolve("safety_checker/model.safetensors");
        Files.write(weights, new byte[40]);
        try (ImageStage stage = stage()) {
            PhotoSharingAgent.Builder agent = agent(stage);
            String message = assertThrows(WeightException.class, agent::build).getMessage();
            assertTrue(message.contains(weights.toString()) && message.contains("modelGuard(false)"), message);
            assertEquals(
                    16,
                    draw(agent.modelGuard(false).build(), ImageListener.NONE).width());
        }
    }

    /** Says nothing. */
    private static final class Silent implements LanguageStage {

        @Override
        public LanguageUsage reply(
                Dialogue dialogue, LanguageOptions options, Cancellation cancellation, CaptionListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int countTokens(Dialogue dialogue) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int contextLength() {
            return 100;
        }

        @Override
        public CaptionDecoder captionDecoder() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
