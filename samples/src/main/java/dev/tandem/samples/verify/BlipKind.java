package dev.tandem.samples.verify;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.llm.load.BlipLoader;
import dev.tandem.llm.vision.BlipCaptioner;
import java.util.Arrays;
import java.util.Map;

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
            Tensor picture = model.look(parityCase.input("pixel_values"));
            Tensor logits = model.logits(parityCase.input("caption_ids"), picture);
            Tensor mask = parityCase.input("caption_mask").to(DType.FLOAT32).unsqueeze(-1);
            int[][] written = model.caption(
                    picture, parityCase.args().path("max_new_tokens").asInt(20));
            long[] ids = Arrays.stream(written)
                    .flatMapToInt(Arrays::stream)
                    .asLongStream()
                    .toArray();
            return Map.of(
                    "image_embeds", picture,
                    "logits", logits.mul(mask),
                    "sequences", engine.tensor(ids, written.length, written[0].length));
        }
    }
}
