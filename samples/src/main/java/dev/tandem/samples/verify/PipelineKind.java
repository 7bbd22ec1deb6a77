package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.pipeline.SamplerSettings;
import dev.tandem.diffusion.pipeline.StableDiffusionPipeline;
import dev.tandem.diffusion.text.ClipTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** {@code pipeline.sd}: prompts and first noise to hidden states, last latents and pictures [N, H, W, 3] in [0, 1]. */
final class PipelineKind implements ParityKind {

    @Override
    public String kind() {
        return "pipeline.sd";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        StableDiffusionFolder folder =
                new StableDiffusionFolder(parityCase.engine(), ModelFolder.of(parityCase.model()));
        try (ClipTokenizer tokenizer = ClipTokenizer.load(folder.tokenizer());
                StableDiffusionPipeline pipeline = new StableDiffusionPipeline(
                        parityCase.engine(),
                        folder.textEncoder(),
                        folder.unet(),
                        folder.autoencoder(),
                        folder.scheduler())) {
            Tensor prompt = pipeline.encode(ids(parityCase, tokenizer, args.path("prompt")));
            Tensor negative = pipeline.encode(ids(parityCase, tokenizer, args.path("negative_prompt")));
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
                    "prompt_embeds", prompt,
                    "negative_prompt_embeds", negative,
                    "latents", latents,
                    "image", pipeline.decode(latents).permute(0, 2, 3, 1));
        }
    }

    /** Padded rows [N, S]. */
    private static Tensor ids(ParityCase parityCase, ClipTokenizer tokenizer, JsonNode texts) {
        List<Integer> ids = new ArrayList<>();
        texts.forEach(text -> ids.addAll(tokenizer.padded(text.asText())));
        long[] values = ids.stream().mapToLong(Integer::longValue).toArray();
        return parityCase.engine().tensor(values, texts.size(), tokenizer.maxLength());
    }
}
