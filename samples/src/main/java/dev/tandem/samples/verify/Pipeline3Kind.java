package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.StableDiffusion3Folder;
import dev.tandem.diffusion.pipeline.SamplerSettings;
import dev.tandem.diffusion.pipeline.StableDiffusion3Pipeline;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.text.T5Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/** {@code pipeline.sd3}: prompts and first noise to prompt embeddings, last latents and pictures [N, H, W, 3] in [0, 1]. */
final class Pipeline3Kind implements ParityKind {

    private static final int T5_TOKENS = 256;

    @Override
    public String kind() {
        return "pipeline.sd3";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        StableDiffusion3Folder folder =
                new StableDiffusion3Folder(parityCase.engine(), ModelFolder.of(parityCase.model()));
        try (StableDiffusion3Pipeline pipeline = folder.load()) {
            StableDiffusion3Pipeline.Prompt prompt = prompt(parityCase, folder, pipeline, args.path("prompt"));
            StableDiffusion3Pipeline.Prompt negative =
                    prompt(parityCase, folder, pipeline, args.path("negative_prompt"));
            Tensor latents = pipeline.denoise(
                    prompt,
                    negative,
                    parityCase.input("latents"),
                    SamplerSettings.of(
                            args.path("num_inference_steps").asInt(),
                            args.path("guidance_scale").asDouble()),
                    new SplittableRandom(0),
                    new Cancellation(),
                    ImageListener.NONE);
            return Map.of(
                    "prompt_embeds", prompt.hidden(),
                    "negative_prompt_embeds", negative.hidden(),
                    "pooled_prompt_embeds", prompt.pooled(),
                    "negative_pooled_prompt_embeds", negative.pooled(),
                    "latents", latents,
                    "image", pipeline.decode(latents).permute(0, 2, 3, 1));
        }
    }

    private static StableDiffusion3Pipeline.Prompt prompt(
            ParityCase parityCase, StableDiffusion3Folder folder, StableDiffusion3Pipeline pipeline, JsonNode texts) {
        int length = parityCase.args().path("max_sequence_length").asInt(T5_TOKENS);
        try (ClipTokenizer one = ClipTokenizer.load(folder.tokenizer(1));
                ClipTokenizer two = ClipTokenizer.load(folder.tokenizer(2))) {
            Tensor first = ids(parityCase, texts, one::padded);
            Tensor second = ids(parityCase, texts, two::padded);
            if (!folder.hasT5()) {
                return pipeline.encode(new StableDiffusion3Pipeline.PromptIds(first, second, null));
            }
            try (T5Tokenizer three = T5Tokenizer.load(folder.tokenizer(3), length)) {
                Tensor third = ids(parityCase, texts, three::padded);
                return pipeline.encode(new StableDiffusion3Pipeline.PromptIds(first, second, third));
            }
        }
    }

    private static Tensor ids(ParityCase parityCase, JsonNode texts, Function<String, List<Integer>> tokenizer) {
        List<Integer> ids = new ArrayList<>();
        texts.forEach(text -> ids.addAll(tokenizer.apply(text.asText())));
        long[] values = ids.stream().mapToLong(Integer::longValue).toArray();
        return parityCase.engine().tensor(values, texts.size(), values.length / texts.size());
    }
}
