package dev.tandem.samples.train;

import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.ImageTraining;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Shows the denoiser the empty caption instead of a share of the captions, so that it still knows what to draw without one
 * (classifier-free guidance, Ho and Salimans 2022). No gradient goes to a caption that is not seen.
 *
 * @param image what is trained
 * @param share of captions that are dropped
 * @param tokenizer of the text encoder
 * @param embeddings the text encoder's table [V_S, d]
 */
record DroppedCaptions(ImageTraining image, double share, CaptionTokenizer tokenizer, Tensor embeddings)
        implements ImageTraining {

    DroppedCaptions {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("caption_dropout must be from 0 to below 1, got " + share);
        }
    }

    @Override
    public Map<String, Tensor> parameters() {
        return image.parameters();
    }

    @Override
    public Tensor loss(Tensor latents, Tensor ids, Tensor inputsEmbeds, RandomGenerator random) {
        if (share == 0) {
            return image.loss(latents, ids, inputsEmbeds, random);
        }
        int count = Math.toIntExact(ids.size(0));
        int length = Math.toIntExact(ids.size(1));
        long[] seen = ids.toLongArray();
        float[] kept = new float[count];
        for (int p = 0; p < count; p++) {
            boolean dropped = random.nextDouble() < share;
            kept[p] = dropped ? 0 : 1;
            if (dropped) {
                fillEmpty(seen, p * length, length);
            }
        }
        TensorEngine engine = latents.engine();
        Tensor seenIds = engine.tensor(seen, count, length);
        Tensor keep = engine.tensor(kept, count, 1, 1);
        Tensor plain = embeddings.embedding(seenIds);
        return image.loss(latents, seenIds, plain.add(inputsEmbeds.sub(plain).mul(keep)), random);
    }

    @Override
    public float[] losses(
            Tensor latents, Tensor ids, Tensor inputsEmbeds, List<Integer> pictures, RandomGenerator random) {
        return image.losses(latents, ids, inputsEmbeds, pictures, random);
    }

    private void fillEmpty(long[] ids, int at, int length) {
        Arrays.fill(ids, at, at + length, tokenizer.padId());
        List<Integer> empty = tokenizer.tokenize("").ids();
        for (int k = 0; k < empty.size(); k++) {
            ids[at + k] = empty.get(k);
        }
    }
}
