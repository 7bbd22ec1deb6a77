package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.pipeline.Prompt;
import dev.tandem.diffusion.pipeline.SamplerSettings;
import dev.tandem.diffusion.pipeline.TextToImage;
import dev.tandem.diffusion.schedule.SchedulerName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * {@code pipeline.sd} and {@code pipeline.sd3}: prompts and first noise to prompt embeddings, last latents and pictures [N, H, W, 3] in
 * [0, 1].
 *
 * @param kind which
 */
record PipelineKind(String kind) implements ParityKind {

    private static final int T5_TOKENS = 256;

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        JsonNode args = parityCase.args();
        SchedulerName scheduler =
                args.has("scheduler") ? SchedulerName.of(args.path("scheduler").asText()) : null;
        int t5Tokens = args.path("max_sequence_length").asInt(T5_TOKENS);
        try (TextToImage model = TextToImage.load(
                parityCase.engine(), parityCase.model(), new TextToImage.Settings(scheduler, t5Tokens))) {
            SamplerSettings settings = SamplerSettings.of(
                    args.path("num_inference_steps").asInt(),
                    args.path("guidance_scale").asDouble());
            Prompt prompt = model.encode(texts(args.path("prompt")), ImageListener.NONE);
            Prompt negative = model.encode(texts(args.path("negative_prompt")), ImageListener.NONE);
            Tensor latents = model.pipeline()
                    .denoise(
                            prompt,
                            negative,
                            parityCase.input("latents"),
                            settings,
                            new SplittableRandom(0),
                            new Cancellation(),
                            ImageListener.NONE);
            Map<String, Tensor> outputs = new HashMap<>();
            put(outputs, "", prompt);
            put(outputs, "negative_", negative);
            outputs.put("latents", latents);
            outputs.put("image", model.pipeline().decode(latents).permute(0, 2, 3, 1));
            return outputs;
        }
    }

    private static void put(Map<String, Tensor> outputs, String which, Prompt prompt) {
        outputs.put(which + "prompt_embeds", prompt.hidden());
        Tensor pooled = prompt.pooled();
        if (pooled != null) {
            outputs.put(which + "pooled_prompt_embeds", pooled);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
