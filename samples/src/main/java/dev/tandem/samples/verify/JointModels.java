package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.bridge.condition.BridgedConditioning;
import dev.tandem.bridge.condition.CaptionAligner;
import dev.tandem.bridge.condition.CaptionBridge;
import dev.tandem.bridge.relax.GumbelSoftmax;
import dev.tandem.bridge.vocab.LexicalAlignment;
import dev.tandem.bridge.vocab.LexicalMap;
import dev.tandem.bridge.vocab.NoAlignment;
import dev.tandem.bridge.vocab.SentenceAlignment;
import dev.tandem.bridge.vocab.VocabularyAlignment;
import dev.tandem.bridge.vocab.WordAlignment;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.BridgeTraining;
import dev.tandem.core.train.CaptionSpan;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.ImageTraining;
import dev.tandem.core.train.JointBatch;
import dev.tandem.core.train.JointTask;
import dev.tandem.core.weights.FileWeights;
import dev.tandem.core.weights.Parameters;
import dev.tandem.diffusion.load.ClipTextConfigFile;
import dev.tandem.diffusion.load.ClipTextLoader;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.load.UNetLoader;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.PaddingMask;
import dev.tandem.llm.train.LanguageModelTraining;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The models, the inputs and the settings of a {@code joint.step} case, put together as joint training does it. */
final class JointModels implements AutoCloseable {

    private final ParityCase given;
    private final Llama llm;
    private final ClipTextModel text;
    private final UNet2DCondition unet;
    private final AutoencoderKL autoencoder;
    private final Map<String, Tensor> llmParameters;
    private final Map<String, Tensor> unetParameters;
    private final Scheduler schedule;
    private final Tensor latents;
    private final List<CaptionSpan> captions;
    private final CaptionBridge captionBridge;

    private JointModels(ParityCase given) {
        this.given = given;
        TensorEngine engine = given.engine();
        Parameters llmWeights = new Parameters(weights(engine, given.model().resolve("llm/model.safetensors")));
        llm = LlamaLoader.build(engine, LlamaConfigFile.read(given.model().resolve("llm/config.json")), llmWeights);
        Parameters unetWeights =
                new Parameters(weights(engine, given.model().resolve("unet/diffusion_pytorch_model.safetensors")));
        unet = UNetLoader.build(engine, UNetConfigFile.read(given.model().resolve("unet/config.json")), unetWeights);
        text = ClipTextLoader.build(
                engine,
                ClipTextConfigFile.read(given.model().resolve("text_encoder/config.json")),
                weights(engine, given.model().resolve("text_encoder/model.safetensors")));
        autoencoder = VaeLoader.build(
                engine,
                VaeConfigFile.read(given.model().resolve("vae/config.json")).toBuilder()
                        .shiftFactor(0) // latents are scaled only
                        .build(),
                weights(engine, given.model().resolve("vae/diffusion_pytorch_model.safetensors")));
        schedule = SchedulerFile.read(given.model().resolve("scheduler/scheduler_config.json"));
        llmParameters = llmWeights.asMap();
        unetParameters = unetWeights.asMap();
        latents = autoencoder.toDiffusion(
                autoencoder.encode(given.input("pixel_values")).mean());
        captions = captions(given);
        captionBridge = captionBridge();
    }

    static JointModels load(ParityCase given) {
        return new JointModels(given);
    }

    private static FileWeights weights(TensorEngine engine, Path file) {
        return FileWeights.open(engine, file);
    }

    TensorEngine engine() {
        return given.engine();
    }

    double alpha() {
        return given.args().path("alpha").asDouble();
    }

    /** Where the captions' tokens stand: strictly between the markers. */
    List<CaptionSpan> captions() {
        return captions;
    }

    /** Their tokens. */
    List<List<Integer>> targets() {
        return dialogues().captionTokens();
    }

    private DialogueBatch dialogues() {
        return new DialogueBatch(
                given.input("input_ids"), given.input("attention_mask"), given.input("loss_mask"), captions);
    }

    private static List<CaptionSpan> captions(ParityCase given) {
        long begin = given.args().path("img_id").asLong();
        long end = given.args().path("end_img_id").asLong();
        Tensor inputIds = given.input("input_ids");
        long[] ids = inputIds.toLongArray();
        int columns = (int) inputIds.size(1);
        List<CaptionSpan> spans = new ArrayList<>();
        int start = -1;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == begin) {
                start = i % columns + 1;
            } else if (ids[i] == end) {
                spans.add(new CaptionSpan(i / columns, start, i % columns));
            }
        }
        return spans;
    }

    private CaptionBridge captionBridge() {
        JsonNode args = given.args();
        CaptionDecoder decoder = GivenCaptions.decoder(args);
        CaptionTokenizer tokenizer = GivenCaptions.tokenizer(args, text.config().maxPositions());
        String matrix = args.path("matrix").asText();
        if (matrix.equals("lexical")) {
            LexicalMap map = lexicalMap(decoder.vocabularySize());
            CaptionAligner aligner = new CaptionAligner(decoder, tokenizer, new LexicalAlignment(map));
            return CaptionBridge.lexical(aligner, map, text.tokenTable(), GumbelSoftmax.unlimited());
        }
        VocabularyAlignment alignment = switch (matrix) {
            case "sentence" ->
                new SentenceAlignment(
                        args.path("pool").asText().equals("sum")
                                ? SentenceAlignment.Pool.SUM
                                : SentenceAlignment.Pool.AVG);
            case "word" -> new WordAlignment();
            case "none" -> new NoAlignment();
            default ->
                throw new ParityMismatch("args.matrix is '" + matrix + "'; known are sentence, word, lexical and none");
        };
        return CaptionBridge.sparse(
                new CaptionAligner(decoder, tokenizer, alignment), text.tokenTable(), GumbelSoftmax.unlimited());
    }

    private LexicalMap lexicalMap(int vocabulary) {
        long[] from = given.input("lexical.llm_id").toLongArray();
        long[] to = given.input("lexical.sd_id").toLongArray();
        float[] weights = given.input("lexical.weight").toFloatArray();
        List<Map<Integer, Float>> rows = new ArrayList<>();
        for (int i = 0; i < vocabulary; i++) {
            rows.add(new TreeMap<>());
        }
        for (int i = 0; i < from.length; i++) {
            rows.get((int) from[i]).put((int) to[i], weights[i]);
        }
        return new LexicalMap(rows);
    }

    /** Logits of every position, [B, T, V_L]. */
    Tensor logits() {
        Tensor ids = given.input("input_ids");
        long[] mask = given.input("attention_mask").toLongArray();
        return llm.logits(ids, PaddingMask.of(mask, (int) ids.size(0), (int) ids.size(1)));
    }

    /** The posterior mean times the scaling factor. */
    Tensor latents() {
        return latents;
    }

    /** What the UNet attends to. */
    Tensor context(Tensor ids, Tensor inputsEmbeds) {
        return text.encode(ids, inputsEmbeds, null).lastHiddenState();
    }

    Tensor predict(Tensor context) {
        Tensor timesteps = given.input("timesteps");
        return unet.forward(
                schedule.addNoise(latents, given.input("noise"), timesteps.toLongArray()), timesteps, context);
    }

    /** What the prediction is compared with. */
    Tensor target() {
        return schedule.target(
                latents, given.input("noise"), given.input("timesteps").toLongArray());
    }

    /** The bridge with the case's noise and temperature. */
    BridgeTraining bridge() {
        @Nullable Tensor gumbel = given.hasInput("gumbel") ? given.input("gumbel") : null;
        double tau = given.args().path("tau").asDouble();
        return (logits, targets, step, random) -> {
            List<Integer> lengths = targets.stream().map(List::size).toList();
            BridgedConditioning result = captionBridge.condition(logits, lengths, gumbel, tau);
            List<String> texts =
                    result.captions().stream().map(c -> c.pair().llm().text()).toList();
            return new BridgeTraining.BridgedCaptions(
                    result.ids(),
                    result.inputsEmbeds(),
                    result.relaxed().ids(),
                    texts,
                    Map.of(),
                    result.gradient(),
                    null);
        };
    }

    /** The diffusion loss with the case's noise and time steps. */
    ImageTraining image() {
        return new ImageTraining() {
            @Override
            public Map<String, Tensor> parameters() {
                return unetParameters;
            }

            @Override
            public Tensor loss(Tensor pictures, Tensor ids, Tensor inputsEmbeds, RandomGenerator random) {
                return predict(context(ids, inputsEmbeds)).mseLoss(target());
            }

            @Override
            public float[] losses(
                    Tensor pictures, Tensor ids, Tensor inputsEmbeds, List<Integer> owners, RandomGenerator random) {
                throw new UnsupportedOperationException("reference cases try no other captions");
            }
        };
    }

    /** The task that the trainer runs, on the one batch of the case. */
    JointTask task() {
        DialogueBatch dialogues = dialogues();
        return JointTask.builder()
                .language(new LanguageModelTraining(llm, llmParameters))
                .bridge(bridge())
                .image(image())
                .data((step, random) -> new JointBatch(dialogues, latents))
                .alpha(alpha())
                .decayEverything(true)
                .build();
    }

    /** {@code llm.KEY} and {@code unet.KEY}. */
    Map<String, Tensor> parameters() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        llmParameters.forEach((key, tensor) -> all.put("llm." + key, tensor));
        unetParameters.forEach((key, tensor) -> all.put("unet." + key, tensor));
        return all;
    }

    @Override
    public void close() {
        llm.close();
        text.close();
        unet.close();
        autoencoder.close();
    }
}
