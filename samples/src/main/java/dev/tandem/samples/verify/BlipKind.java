package dev.tandem.samples.verify;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.llm.decode.Generator;
import dev.tandem.llm.decode.LogitRules;
import dev.tandem.llm.decode.Sampler;
import dev.tandem.llm.load.BlipLoader;
import dev.tandem.llm.model.BlipCaptioner;
import dev.tandem.llm.model.BlipConfig;
import dev.tandem.llm.model.CausalLm;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** {@code blip.caption}: what BLIP sees, the caption that it writes, and logits of given captions, zero at padding. */
final class BlipKind implements ParityKind {

    @Override
    public String kind() {
        return "blip.caption";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        TensorEngine engine = parityCase.engine();
        try (BlipCaptioner model = BlipLoader.load(engine, parityCase.model())) {
            Tensor pictures = model.look(parityCase.input("pixel_values"));
            try (CausalLm decoder = model.looking(pictures)) {
                Tensor mask = parityCase.input("caption_mask");
                Tensor logits = decoder.logits(parityCase.input("caption_ids"), null);
                int[][] written = written(
                        decoder,
                        model.config().text(),
                        Math.toIntExact(pictures.size(0)),
                        parityCase.args().path("max_new_tokens").asInt(20));
                long[] ids = Arrays.stream(written)
                        .flatMapToInt(Arrays::stream)
                        .asLongStream()
                        .toArray();
                return Map.of(
                        "image_embeds", pictures,
                        "logits", logits.mul(mask.to(DType.FLOAT32).unsqueeze(-1)),
                        "sequences", engine.tensor(ids, written.length, written[0].length));
            }
        }
    }

    private static int[][] written(CausalLm decoder, BlipConfig.Text config, int rows, int maxNewTokens) {
        int[][] begins = new int[rows][];
        Arrays.fill(begins, new int[] {config.bosTokenId()});
        LogitRules rules = LogitRules.stoppingAt(List.of(config.sepTokenId()));
        return new Generator(decoder, rules, Sampler.greedy())
                .generate(begins, null, maxNewTokens, config.padTokenId(), new SplittableRandom());
    }
}
