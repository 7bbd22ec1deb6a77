package dev.tandem.llm.train;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.LogitGradient;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.CaptionSpan;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.PaddingMask;
import dev.tandem.llm.model.SeenPictures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The teacher-forced language model: L_t (Guo et al., equation 1) and the logits of the captions.
 *
 * <p>The head, whose V columns cost more than a layer in a small model, is applied only where a token is predicted that counts.
 */
public final class LanguageModelTraining implements LanguageTraining {

    /** What cross entropy leaves out (torch.nn.functional.cross_entropy's {@code ignore_index}). */
    private static final long IGNORED = -100;

    private final CausalLm model;
    private final @Nullable SeenPictures eyes;
    private final Map<String, Tensor> parameters;
    private final boolean lookingOnly;

    /**
     * Trains a model.
     *
     * @param parameters what is trained, by checkpoint key: all of the model's tensors, or some
     */
    public LanguageModelTraining(CausalLm model, Map<String, Tensor> parameters) {
        this(model, null, parameters, false);
    }

    /**
     * Trains a model that sees pictures.
     *
     * @param parameters what is trained, by checkpoint key: all of the model's tensors, or some
     * @param lookingOnly whether it is trained only by what it looks with; a batch without pictures then leaves it as it is
     */
    public LanguageModelTraining(SeenPictures eyes, Map<String, Tensor> parameters, boolean lookingOnly) {
        this(eyes.model().withoutPictures(), eyes, parameters, lookingOnly);
    }

    private LanguageModelTraining(
            CausalLm model, @Nullable SeenPictures eyes, Map<String, Tensor> parameters, boolean lookingOnly) {
        this.model = model;
        this.eyes = eyes;
        this.lookingOnly = lookingOnly;
        this.parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    @Override
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    @Override
    public LanguageStep forward(DialogueBatch batch) {
        TensorEngine engine = model.engine();
        int columns = Math.toIntExact(batch.inputIds().size(1));
        Rows rows = Rows.of(batch, columns);
        Tensor hidden = engine.mixed(() -> hidden(batch, columns)); // [B, T, D]
        Tensor picked = hidden.reshape(-1, hidden.size(2))
                .indexSelect(0, engine.tensor(rows.positions, rows.positions.length)); // [N, D]
        // a leaf, so that a tied table's two gradients are added up in one order, whatever is kept of the layers
        Tensor features = picked.detach().requiresGrad(true);
        Tensor logits = engine.mixed(() -> model.head(features)).to(DType.FLOAT32);
        boolean learns = !(lookingOnly && batch.pictures().isEmpty());
        return new Step(picked, features, logits, rows, learns);
    }

    private Tensor hidden(DialogueBatch batch, int columns) {
        long[] real = batch.attentionMask().toLongArray();
        if (batch.pictures().isEmpty()) {
            return model.hidden(batch.inputIds(), PaddingMask.of(real, batch.size(), columns));
        }
        if (eyes == null) {
            throw new IllegalArgumentException("this language model does not see the pictures of the dialogues");
        }
        // Each number of pictures goes apart: tokens before a picture look at all that are there, fillers included.
        SortedMap<Integer, List<Integer>> byCount = new TreeMap<>();
        for (int row = 0; row < batch.size(); row++) {
            byCount.computeIfAbsent(batch.pictures().get(row).size(), count -> new ArrayList<>())
                    .add(row);
        }
        List<Tensor> parts = new ArrayList<>();
        long[] back = new long[batch.size()];
        int done = 0;
        for (Map.Entry<Integer, List<Integer>> each : byCount.entrySet()) {
            int[] rows = each.getValue().stream().mapToInt(Integer::intValue).toArray();
            for (int row : rows) {
                back[row] = done++;
            }
            parts.add(
                    each.getKey() == 0
                            ? model.hidden(
                                    batch.inputIds().indexSelect(0, indices(rows)),
                                    PaddingMask.of(rowsOf(real, rows, columns), rows.length, columns))
                            : looking(eyes, batch, rows, columns, real));
        }
        TensorEngine engine = model.engine();
        return parts.size() == 1 ? parts.get(0) : engine.cat(parts, 0).indexSelect(0, engine.tensor(back, back.length));
    }

    private Tensor looking(SeenPictures with, DialogueBatch batch, int[] rows, int columns, long[] real) {
        long[] ids = rowsOf(batch.inputIds().toLongArray(), rows, columns);
        List<int[]> tokens = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            tokens.add(Arrays.stream(ids, i * columns, (i + 1) * columns)
                    .mapToInt(Math::toIntExact)
                    .toArray());
        }
        // what the graph needs of the pictures lives on in it when this is closed
        try (CausalLm looking = with.looking(
                model.engine(),
                tokens,
                Arrays.stream(rows).mapToObj(batch.pictures()::get).toList())) {
            return looking.hidden(
                    model.engine().tensor(ids, rows.length, columns),
                    PaddingMask.of(rowsOf(real, rows, columns), rows.length, columns));
        }
    }

    private Tensor indices(int[] rows) {
        return model.engine().tensor(Arrays.stream(rows).asLongStream().toArray(), rows.length);
    }

    private static long[] rowsOf(long[] values, int[] rows, int columns) {
        long[] some = new long[rows.length * columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * columns, some, i * columns, columns);
        }
        return some;
    }

    /**
     * Logits of a batch. The gradient of the cross entropy, softmax less one-hot, takes their place: nothing else of their size is made.
     */
    private static final class Step implements LanguageStep {

        private final Tensor picked; // [N, D]
        private final Tensor features; // the same, cut from how it was made
        private final Tensor logits; // [N, V]
        private final Rows rows;
        private final boolean learns;
        private final Tensor logSumExp; // [N]
        private final Tensor loss;
        private final long[] places; // of the right tokens among the logits
        private final @Nullable LogitRows captions;

        Step(Tensor picked, Tensor features, Tensor logits, Rows rows, boolean learns) {
            this.picked = picked;
            this.features = features;
            this.logits = logits;
            this.rows = rows;
            this.learns = learns;
            this.logSumExp = logits.logSumExp();
            this.places = places(rows.targets, logits.size(1));
            Tensor right = logits.detach().reshape(-1).indexSelect(0, indices(places));
            float[] weights = weights(1);
            this.loss = logSumExp
                    .mul(engine().tensor(weights, weights.length))
                    .sum()
                    .sub(right.mean());
            this.captions = rows.captions.length == 0 ? null : LogitRows.of(logits, rows.captions, logSumExp);
        }

        private TensorEngine engine() {
            return logits.engine();
        }

        private Tensor indices(long[] values) {
            return engine().tensor(values, values.length);
        }

        private static long[] places(long[] targets, long vocabulary) {
            return IntStream.range(0, targets.length)
                    .filter(i -> targets[i] != IGNORED)
                    .mapToLong(i -> i * vocabulary + targets[i])
                    .toArray();
        }

        /** How much each row counts in {@code scale} times the loss. */
        private float[] weights(double scale) {
            float[] weights = new float[rows.targets.length];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = rows.targets[i] == IGNORED ? 0 : (float) (scale / places.length);
            }
            return weights;
        }

        @Override
        public Tensor loss() {
            return loss;
        }

        @Override
        public @Nullable LogitRows captionLogits() {
            return captions;
        }

        @Override
        public void backward(GradientTape tape, double scale, @Nullable LogitGradient more) {
            if (!learns) {
                return;
            }
            float[] factors = weights(scale);
            LogitGradient.@Nullable Parts shared =
                    more instanceof LogitGradient.Parts parts && parts.ofLogits() ? parts : null;
            if (shared != null) { // the same softmax: what the bridge takes off is one factor more
                float[] own = shared.factors().toFloatArray();
                for (int i = 0; i < own.length; i++) {
                    factors[(int) rows.captions[i]] += own[i];
                }
            }
            Tensor gradient = logits.detach();
            gradient.setScaledSoftmax(logSumExp, engine().tensor(factors, factors.length));
            float[] minus = new float[places.length];
            Arrays.fill(minus, (float) (-scale / places.length));
            gradient.addAt(indices(places), engine().tensor(minus, minus.length));
            if (shared != null) {
                gradient.addAt(indices(moved(shared.entries().toLongArray())), shared.values());
            } else if (more instanceof LogitGradient.Entries single) {
                gradient.addAt(indices(moved(single.entries().toLongArray())), single.values());
            } else if (more != null) {
                Tensor captionsRows = indices(rows.captions);
                gradient.addRowsAt(captionsRows, more.dense());
            }
            tape.backward(logits, gradient);
            Tensor onwards = features.grad();
            if (onwards != null) {
                tape.backward(picked, onwards);
            }
        }

        /** Places among the captions' rows as places among all rows. */
        private long[] moved(long[] entries) {
            long vocabulary = logits.size(1);
            long[] moved = new long[entries.length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = rows.captions[(int) (entries[i] / vocabulary)] * vocabulary + entries[i] % vocabulary;
            }
            return moved;
        }
    }

    /**
     * Which positions need logits.
     *
     * @param positions in the flattened batch [B · T], ascending
     * @param targets the token that each predicts, or {@link #IGNORED} where only a caption needs it
     * @param captions indices into {@code positions}, caption after caption
     */
    @SuppressWarnings("ArrayRecordComponent") // private, made and read here only
    private record Rows(long[] positions, long[] targets, long[] captions) {

        static Rows of(DialogueBatch batch, int columns) {
            long[] ids = batch.inputIds().toLongArray();
            long[] lossMask = batch.lossMask().toLongArray();
            boolean[] needed = new boolean[ids.length];
            int targets = 0;
            for (int i = 1; i < ids.length; i++) {
                if (lossMask[i] != 0 && i % columns != 0) {
                    needed[i - 1] = true;
                    targets++;
                }
            }
            if (targets == 0) {
                throw new IllegalArgumentException("no token of this batch of " + batch.size()
                        + " dialogues is a target; dialogues to learn from need a turn of the speaker that is learned");
            }
            for (CaptionSpan caption : batch.captions()) {
                for (int t = caption.start() - 1; t < caption.end() - 1; t++) {
                    needed[caption.row() * columns + t] = true;
                }
            }
            return collect(batch, columns, ids, lossMask, needed);
        }

        private static Rows collect(DialogueBatch batch, int columns, long[] ids, long[] lossMask, boolean[] needed) {
            int[] rowOf = new int[needed.length];
            int n = 0;
            for (int i = 0; i < needed.length; i++) {
                if (needed[i]) {
                    rowOf[i] = n++;
                }
            }
            long[] positions = new long[n];
            long[] targets = new long[n];
            for (int i = 0; i < needed.length; i++) {
                if (needed[i]) {
                    positions[rowOf[i]] = i;
                    targets[rowOf[i]] = lossMask[i + 1] != 0 ? ids[i + 1] : IGNORED;
                }
            }
            long[] captions = batch.captions().stream()
                    .flatMapToInt(c ->
                            IntStream.range(c.start() - 1, c.end() - 1).map(t -> rowOf[c.row() * columns + t]))
                    .asLongStream()
                    .toArray();
            return new Rows(positions, targets, captions);
        }
    }
}
