package dev.tandem.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.core.file.Folders;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Conditioning;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.stage.ImageOptions;
import dev.tandem.core.stage.ImageStage;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.stage.StageContext;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightException;
import dev.tandem.diffusion.safety.CheckerFiles;
import dev.tandem.diffusion.schedule.SchedulerName;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders as they are published, against what diffusers draws with them. */
class TextToImageTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    /**
     * A run of the reference.
     *
     * @param folder {@code model/} and what was drawn with it
     * @param number of the run
     * @param args of the call
     */
    record Run(Path folder, int number, JsonNode args) {

        @Override
        public String toString() {
            return folder.getFileName() + " " + number + " "
                    + args.path("scheduler").asText("own scheduler");
        }

        List<String> texts(String field, int count) {
            if (!args.has(field)) {
                return Collections.nCopies(count, "");
            }
            List<String> texts = new ArrayList<>();
            args.path(field).forEach(text -> texts.add(text.asText()));
            return texts;
        }
    }

    private static Path folder(String name) {
        URL url = Objects.requireNonNull(TextToImageTest.class.getResource("/text-to-image/" + name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path model(String name) {
        return folder(name).resolve("model");
    }

    static Stream<Run> runs() {
        return Stream.of("sd1", "sd2", "sd3", "sd35").flatMap(name -> {
            try {
                Path folder = folder(name);
                JsonNode all = JSON.readTree(folder.resolve("runs.json").toFile());
                List<Run> runs = new ArrayList<>();
                for (int i = 0; i < all.size(); i++) {
                    runs.add(new Run(folder, i, all.get(i)));
                }
                return runs.stream();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void equalsTheReference(Run run) {
        JsonNode args = run.args();
        SchedulerName scheduler =
                args.has("scheduler") ? SchedulerName.of(args.path("scheduler").asText()) : null;
        SamplerSettings settings = SamplerSettings.of(
                args.path("num_inference_steps").asInt(),
                args.path("guidance_scale").asDouble());
        try (Scope scope = ENGINE.scope();
                TextToImage model = TextToImage.load(
                        ENGINE, run.folder().resolve("model"), TextToImage.Settings.scheduler(scheduler))) {
            FileWeights io = FileWeights.open(ENGINE, run.folder().resolve("io.safetensors"));
            List<String> prompts = run.texts("prompt", 1);
            Tensor noise = read(io, run.number() + ".latents");
            int height = args.path("height").asInt();
            int width = args.path("width").asInt();
            assertArrayEquals(noise.shape(), model.pipeline().latentShape(prompts.size(), height, width));
            Tensor latents = model.pipeline()
                    .denoise(
                            model.encode(prompts, ImageListener.NONE),
                            settings.guided()
                                    ? model.encode(run.texts("negative_prompt", prompts.size()), ImageListener.NONE)
                                    : null,
                            noise,
                            settings,
                            new SplittableRandom(0),
                            new Cancellation(),
                            ImageListener.NONE);
            near(read(io, run.number() + ".out"), latents, 2e-3);
            near(
                    read(io, run.number() + ".image"),
                    model.pipeline().decode(latents).permute(0, 2, 3, 1),
                    2e-4);
        }
    }

    private static Tensor read(FileWeights io, String key) {
        return io.get(key, Init.zeros(), io.shape(key));
    }

    private static void near(Tensor expected, Tensor found, double tolerance) {
        assertArrayEquals(expected.shape(), found.shape());
        float[] a = expected.contiguous().toFloatArray();
        float[] b = found.contiguous().toFloatArray();
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            worst = Math.max(worst, Math.abs(a[i] - b[i]) / (1 + Math.abs(a[i])));
        }
        assertTrue(worst <= tolerance, "differs by " + worst);
    }

    private static List<Integer> pixels(Picture picture) {
        List<Integer> pixels = new ArrayList<>();
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                pixels.add(picture.rgb(x, y));
            }
        }
        return pixels;
    }

    @Test
    void defaultsAreTheReferences() {
        try (TextToImage model = TextToImage.load(ENGINE, model("sd1"))) {
            assertEquals(ImageOptions.builder().steps(50).guidance(7.5).build(), model.defaults());
            assertEquals(16, model.pipeline().nativeSide());
            Picture picture = model.draw("a cat", quick(model));
            assertEquals(16, picture.width());
            assertEquals(16, picture.height());
        }
        try (TextToImage model = TextToImage.load(ENGINE, model("sd35"))) {
            assertEquals(ImageOptions.builder().steps(28).guidance(7).build(), model.defaults());
            assertEquals(16, model.pipeline().nativeSide());
        }
    }

    private static ImageOptions quick(TextToImage model) {
        return model.defaults().toBuilder().steps(2).build();
    }

    @Test
    void everyPictureCanBeDrawnAgainAlone() {
        try (TextToImage model =
                TextToImage.load(ENGINE, model("sd1"), TextToImage.Settings.scheduler(SchedulerName.DDPM))) {
            ImageOptions options = quick(model).toBuilder().seed(5).build();
            List<String> steps = new ArrayList<>();
            List<Picture> three =
                    model.draw("a cat", 3, options, new Cancellation(), (step, all) -> steps.add(step + "/" + all));
            assertEquals(List.of("1/2", "2/2", "1/2", "2/2", "1/2", "2/2"), steps);
            for (int i = 0; i < 3; i++) {
                ImageOptions own = options.toBuilder().seed(5 + i).build();
                assertEquals(pixels(three.get(i)), pixels(model.draw("a cat", own)));
            }
            assertNotEquals(pixels(three.get(0)), pixels(three.get(1)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> model.draw("a cat", 0, options, new Cancellation(), ImageListener.NONE));
            Cancellation cancelled = new Cancellation();
            cancelled.cancel();
            assertThrows(CancelledException.class, () -> model.draw("a cat", options, cancelled, ImageListener.NONE));
        }
    }

    @Test
    void theNegativePromptMattersWithGuidanceOnly() {
        try (TextToImage model = TextToImage.load(ENGINE, model("sd3"))) {
            ImageOptions plain = quick(model);
            ImageOptions pushed =
                    plain.toBuilder().negativePrompt("a small red dog").build();
            assertNotEquals(pixels(model.draw("a cat", plain)), pixels(model.draw("a cat", pushed)));
            assertEquals(
                    pixels(model.draw("a cat", plain.toBuilder().guidance(1).build())),
                    pixels(model.draw("a cat", pushed.toBuilder().guidance(1).build())));
        }
    }

    @Test
    void whatIsLeftOutOfALongPromptIsTold() {
        String prompt = "a dog on the beach ".repeat(90) + "and a kite";
        try (TextToImage model = TextToImage.load(ENGINE, model("sd35"))) {
            List<String> cut = new ArrayList<>();
            ImageListener listener = new ImageListener() {
                @Override
                public void onStep(int step, int steps) {}

                @Override
                public void onCut(String rest, int tokens) {
                    cut.add(tokens + " " + rest);
                }
            };
            model.draw(prompt, quick(model), new Cancellation(), listener);
            assertEquals(2, cut.size(), "once for CLIP, once for T5: " + cut);
            assertTrue(cut.get(0).startsWith("77 ") && cut.get(0).endsWith("and a kite"), cut.get(0));
            assertTrue(cut.get(1).startsWith("256 ") && cut.get(1).endsWith("and a kite"), cut.get(1));
            assertTrue(cut.get(1).length() < cut.get(0).length());
            cut.clear();
            model.draw("a dog on the beach", quick(model), new Cancellation(), listener);
            assertEquals(List.of(), cut);
            assertThrows(IllegalArgumentException.class, () -> model.draw("x".repeat(TextToImage.MAX_PROMPT + 1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd1", "sd2", "sd3", "sd35"})
    void theStageDrawsWhatTheModelDraws(String name) {
        AgentConfig config = new AgentConfig(
                "test",
                AgentConfig.Markers.DEFAULT,
                new AgentConfig.PromptTemplate("", "", "", "", "</s>"),
                new AgentConfig.Bridge("none"),
                LanguageOptions.builder().build(),
                ImageOptions.builder().build(),
                Map.of());
        StageContext context = new StageContext(model(name), config, ENGINE);
        StableDiffusionStageFactory factory = new StableDiffusionStageFactory();
        assertTrue(factory.supports(context));
        String caption = "a sleepy cat in the garden, " + "snowy mountain ".repeat(40);
        try (TextToImage model = TextToImage.load(ENGINE, model(name));
                ImageStage stage = factory.create(context)) {
            ImageOptions options = ImageOptions.builder()
                    .steps(2)
                    .guidance(4)
                    .negativePrompt("rainy street")
                    .seed(3)
                    .build();
            CaptionTokenizer tokenizer = stage.captionTokenizer();
            Conditioning conditioning =
                    new Conditioning(caption, tokenizer.tokenize(caption).ids());
            List<Integer> told = new ArrayList<>();
            Picture drawn = stage.draw(conditioning, options, new Cancellation(), new ImageListener() {
                @Override
                public void onStep(int step, int steps) {}

                @Override
                public void onCut(String rest, int tokens) {
                    told.add(tokens);
                }
            });
            assertEquals(pixels(model.draw(caption, options)), pixels(drawn));
            assertEquals(List.of(77), told);
            assertEquals(16, stage.nativeWidth());
        }
    }

    @Test
    void whatIsNotUsedIsSaid() {
        try (TextToImage model = TextToImage.load(ENGINE, model("sd1"))) {
            assertTrue(
                    model.notes().get(0).contains("safety checker")
                            && model.notes().get(0).contains("looks at no picture"),
                    model.notes().toString());
            assertEquals(1, model.notes().size());
            assertTrue(model.guard().isEmpty());
        }
        try (TextToImage model =
                TextToImage.load(ENGINE, model("sd1"), TextToImage.Settings.scheduler(SchedulerName.EULER))) {
            assertEquals(1, model.notes().size());
        }
        try (TextToImage model = TextToImage.load(ENGINE, model("sd3"))) {
            assertTrue(model.notes().get(0).contains("T5"), model.notes().toString());
        }
        try (TextToImage model = TextToImage.load(ENGINE, model("sd35"))) {
            assertEquals(List.of(), model.notes());
        }
    }

    @Test
    void aFolderWithoutT5IsDrawnAsOneThatLeavesItOut() throws IOException {
        Path copy = copy("sd35");
        Folders.delete(copy.resolve("text_encoder_3"));
        Folders.delete(copy.resolve("tokenizer_3"));
        Path named = copy("sd35");
        change(named.resolve("model_index.json"), json -> {
            json.putArray("text_encoder_3").addNull().addNull();
            json.putArray("tokenizer_3").addNull().addNull();
        });
        try (TextToImage missing = TextToImage.load(ENGINE, copy);
                TextToImage left = TextToImage.load(ENGINE, named)) {
            assertEquals(pixels(missing.draw("a cat", quick(missing))), pixels(left.draw("a cat", quick(left))));
        }
    }

    private interface Change {
        void to(ObjectNode json);
    }

    private static void change(Path file, Change change) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
        change.to(json);
        JSON.writeValue(file.toFile(), json);
    }

    private Path copy(String name) throws IOException {
        Path target = Files.createTempDirectory(temporary, name);
        return CheckerFiles.copy(model(name), target);
    }

    private void refused(Path folder, String... parts) {
        String message = assertThrows(WeightException.class, () -> TextToImage.load(ENGINE, folder))
                .getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        assertTrue(!message.contains("\n"), message);
    }

    @Test
    void whatIsNoneIsRefusedInOneSentence() throws IOException {
        refused(temporary.resolve("none"), "there is no model folder", "none");
        refused(temporary, "model_index.json");
        Path folder = copy("sd1");
        change(folder.resolve("model_index.json"), json -> json.put("_class_name", "StableDiffusionXLPipeline"));
        refused(folder, "StableDiffusionXLPipeline", "StableDiffusionPipeline", "StableDiffusion3Pipeline");
        Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": ");
        refused(folder, "model_index.json", "damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text_encoder_2", "tokenizer_3", "transformer", "vae", "scheduler"})
    void missingComponentsAreNamed(String component) throws IOException {
        Path folder = copy("sd35");
        Folders.delete(folder.resolve(component));
        refused(folder, component);
    }

    @Test
    void componentsThatDoNotFitAreNamed() throws IOException {
        Path wide = copy("sd35");
        change(wide.resolve("transformer/config.json"), json -> json.put("joint_attention_dim", 64));
        refused(wide, "transformer", "context_embedder");
        Path swapped = copy("sd35");
        Folders.delete(swapped.resolve("text_encoder_2"));
        Files.move(copy("sd1").resolve("text_encoder"), swapped.resolve("text_encoder_2"));
        refused(swapped, "text_encoder_2", "projection");
        Path inpainting = copy("sd1");
        change(inpainting.resolve("unet/config.json"), json -> json.put("in_channels", 9));
        refused(inpainting, "unet", "conv_in.weight");
        Path other = copy("sd1");
        Folders.delete(other.resolve("text_encoder"));
        Files.move(copy("sd35").resolve("text_encoder"), other.resolve("text_encoder"));
        change(other.resolve("text_encoder/config.json"), json -> json.put("max_position_embeddings", 50));
        refused(other, "text_encoder");
        Path scheduled = copy("sd1");
        change(
                scheduled.resolve("scheduler/scheduler_config.json"),
                json -> json.put("_class_name", "UniPCMultistepScheduler"));
        refused(scheduled, "scheduler_config.json", "UniPCMultistepScheduler", "DDIMScheduler");
        try (TextToImage model =
                TextToImage.load(ENGINE, scheduled, TextToImage.Settings.scheduler(SchedulerName.EULER))) {
            assertEquals(16, model.draw("a cat", quick(model)).width());
        }
    }

    @Test
    void sizesThatCannotBeDrawnAreRefused() {
        try (TextToImage model = TextToImage.load(ENGINE, model("sd3"))) {
            ImageOptions odd = quick(model).toBuilder().width(18).build();
            assertTrue(assertThrows(IllegalArgumentException.class, () -> model.draw("a cat", odd))
                    .getMessage()
                    .contains("multiples of 4"));
            ImageOptions large = quick(model).toBuilder().height(52).build();
            assertTrue(assertThrows(IllegalArgumentException.class, () -> model.draw("a cat", large))
                    .getMessage()
                    .contains("up to 48"));
        }
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> TextToImage.load(
                                ENGINE, model("sd3"), TextToImage.Settings.scheduler(SchedulerName.EULER)))
                .getMessage()
                .contains("Stable Diffusion 3"));
    }
}
