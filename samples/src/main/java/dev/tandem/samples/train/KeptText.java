package dev.tandem.samples.train;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.train.TextFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a frozen text encoder says about captions: of the first it is found out once and kept, of others each time. Captions are encoded one by
 * one, so that what is kept is, bit for bit, what would be found out.
 */
final class KeptText implements TextFeatures {

    private static final Logger LOG = LoggerFactory.getLogger(KeptText.class);
    private static final String STATES = "hidden_states";

    private final TensorEngine engine;
    private final ClipTextModel text;

    /** Ids of a caption to hidden states [S, D] in row-major order. */
    private final Map<List<Long>, float[]> kept;

    private KeptText(TensorEngine engine, ClipTextModel text, Map<List<Long>, float[]> kept) {
        this.engine = engine;
        this.text = text;
        this.kept = kept;
    }

    /**
     * Encodes captions, or reads what was kept of them.
     *
     * @param captions ids, padded to S each
     * @param encoder folder of the text encoder
     */
    static KeptText of(TensorEngine engine, OwnData data, List<long[]> captions, ClipTextModel text, Path encoder) {
        List<List<Long>> different = captions.stream()
                .map(ids -> Arrays.stream(ids).boxed().toList())
                .distinct()
                .toList();
        long each = (long) different.get(0).size() * text.config().hiddenSize() * Float.BYTES;
        List<List<Long>> first = different.subList(0, (int) Math.min(different.size(), data.cacheBytes() / each));
        KeptText features = new KeptText(engine, text, new LinkedHashMap<>());
        Path cache = data.cache();
        if (cache == null) {
            features.encode(first);
        } else {
            features.keep(first, FeatureFile.in(cache, "text", first + " by " + FeatureFile.digestOfWeights(encoder)));
        }
        return features;
    }

    private void keep(List<List<Long>> captions, FeatureFile file) {
        try (Scope scope = engine.scope()) {
            Map<String, Tensor> before = file.read(engine);
            Tensor states = before == null ? null : before.get(STATES);
            if (states != null && states.size(0) == captions.size()) {
                float[] all = states.toFloatArray();
                int each = all.length / captions.size();
                for (int i = 0; i < captions.size(); i++) {
                    kept.put(captions.get(i), Arrays.copyOfRange(all, i * each, (i + 1) * each));
                }
                LOG.info("text features of {} captions read from {}", captions.size(), file.file());
                return;
            }
            encode(captions);
            file.write(Map.of(STATES, of(captions)));
        }
    }

    private void encode(List<List<Long>> captions) {
        captions.forEach(ids -> kept.put(ids, encoded(ids)));
    }

    private float[] encoded(List<Long> ids) {
        try (Scope scope = engine.scope()) {
            long[] row = ids.stream().mapToLong(Long::longValue).toArray();
            return text.encode(engine.tensor(row, 1, row.length))
                    .lastHiddenState()
                    .contiguous()
                    .toFloatArray();
        }
    }

    @Override
    public Tensor of(Tensor ids) {
        long[] all = ids.toLongArray();
        int length = Math.toIntExact(ids.size(1));
        List<List<Long>> rows = new ArrayList<>();
        for (int start = 0; start < all.length; start += length) {
            rows.add(Arrays.stream(all, start, start + length).boxed().toList());
        }
        return of(rows);
    }

    private Tensor of(List<List<Long>> rows) {
        int length = rows.get(0).size();
        int width = text.config().hiddenSize();
        float[] values = new float[Math.multiplyExact(rows.size(), length * width)];
        for (int i = 0; i < rows.size(); i++) {
            float[] known = kept.get(rows.get(i));
            float[] states = known == null ? encoded(rows.get(i)) : known;
            System.arraycopy(states, 0, values, i * length * width, length * width);
        }
        return engine.tensor(values, rows.size(), length, width);
    }
}
