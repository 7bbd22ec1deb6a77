package dev.tandem.samples.probe;

import dev.tandem.bridge.vocab.CaptionPair;
import dev.tandem.bridge.vocab.LexicalAlignment;
import dev.tandem.bridge.vocab.MappedTransform;
import dev.tandem.bridge.vocab.SentenceAlignment;
import dev.tandem.bridge.vocab.VocabularyAlignment;
import dev.tandem.bridge.vocab.WordAlignment;
import dev.tandem.core.tensor.LogitRows;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.train.DialogueBatch;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.llm.train.DialoguePacker;
import dev.tandem.llm.train.Targets;
import dev.tandem.samples.probe.PictureLoss.Text;
import dev.tandem.samples.probe.Position.Substitution;
import dev.tandem.samples.train.IndexedRandom;
import dev.tandem.samples.train.SceneBatch;
import dev.tandem.samples.world.DialogueTurn;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.PhotoDialogue;
import dev.tandem.samples.world.Scene;
import dev.tandem.samples.world.ScenePainter;
import dev.tandem.samples.world.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Compares, for words put in the place of others in captions of held-out dialogues, the change of L_v that the bridge's gradient predicts
 * with the true one. The captions are what the language model would say, teacher-forced; at every second place the likeliest other word
 * of the same kind stands instead of the true one, so that the gradient has something to put right.
 *
 * @param model what is measured
 * @param noises pairs of noise and time step for each picture, an even number: gradients have the first half, and true changes both
 * @param seed another seed asks about other dialogues
 */
record Probe(ProbedModel model, int noises, long seed) {

    static final int AT_A_PLACE = 8;
    static final List<Integer> PERCENT = List.of(5, 30, 100);
    private static final int PART_NOISES = 4;
    private static final int MAX_TOKENS = 320;

    /** A share of soft vectors in what is read, and the temperature that they are made at. */
    private record Softness(double share, double temperature) {
        String estimator() {
            return "lexical, " + Math.round(100 * share) + " % soft at temperature " + temperature;
        }
    }

    private static final List<Softness> SOFT =
            List.of(new Softness(0.3, 1), new Softness(1, 1), new Softness(0.3, 3), new Softness(1, 3));

    /** Probes places until there are as many substitutions as asked for; says after each place how many. */
    List<Position> run(int substitutions, IntConsumer progress) {
        Substitutes substitutes = new Substitutes(model.words);
        DialogueWriter writer = new DialogueWriter(Split.HELD_OUT);
        List<Position> positions = new ArrayList<>();
        int done = 0;
        for (int index = 0; done < substitutions; index++) {
            SplittableRandom random = IndexedRandom.of(seed, index);
            PhotoDialogue dialogue = writer.next(random);
            TokenizedDialogue tokens = model.prompts.encode(dialogue.toDialogue());
            Optional<Scene> scene = dialogue.turns().stream()
                    .map(DialogueTurn::scene)
                    .flatMap(Optional::stream)
                    .findFirst();
            if (scene.isEmpty() || tokens.length() > MAX_TOKENS) {
                continue;
            }
            for (boolean wrong : new boolean[] {true, false}) {
                Optional<Position> position = probe(tokens, scene.get(), wrong, substitutes, random);
                position.ifPresent(positions::add);
                done += position.map(p -> p.substitutions().size()).orElse(0);
                progress.accept(done);
            }
        }
        return positions;
    }

    private Optional<Position> probe(
            TokenizedDialogue dialogue, Scene scene, boolean wrong, Substitutes substitutes, SplittableRandom random) {
        List<Integer> targets;
        List<float[]> logits;
        float[] latents;
        long[] shape;
        try (Scope scope = model.engine.scope()) {
            DialogueBatch batch = DialoguePacker.pack(model.engine, List.of(dialogue), Targets.BOTH);
            LanguageTraining.LanguageStep step = model.language.forward(batch);
            targets = batch.captionTokens().get(0);
            LogitRows captions = step.captionLogits();
            if (captions == null) {
                return Optional.empty();
            }
            logits = rows(captions.values(), targets.size());
            Tensor encoded = latents(scene, random);
            latents = encoded.toFloatArray();
            shape = Arrays.copyOfRange(encoded.shape(), 1, 4);
        }
        List<Integer> said = new ArrayList<>();
        logits.forEach(row -> said.add(argmax(row)));
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            if (!wrong || !substitutes.sameKind(targets.get(i)).isEmpty()) {
                places.add(i);
            }
        }
        if (places.isEmpty()) {
            return Optional.empty();
        }
        int place = places.get(random.nextInt(places.size()));
        if (wrong) {
            float[] row = logits.get(place);
            int mistake = substitutes.sameKind(targets.get(place)).stream()
                    .max((a, b) -> Float.compare(row[a], row[b]))
                    .orElseThrow();
            // what the model thinks of the two is exchanged, so that it says the wrong one
            float right = row[targets.get(place)];
            row[targets.get(place)] = row[mistake];
            row[mistake] = right;
            said.set(place, mistake);
        }
        PictureLoss loss = new PictureLoss(model, latents, shape, noises, random);
        List<Integer> others = new ArrayList<>(substitutes.of(said.get(place), logits.get(place), AT_A_PLACE, random));
        if (wrong && !others.contains(targets.get(place))) {
            others.set(0, targets.get(place));
        }
        boolean right = said.get(place).equals(targets.get(place));
        return Optional.of(new Position(
                model.words.spell(said).text().strip(),
                !right,
                right ? -1 : others.indexOf(targets.get(place)),
                substitutions(said, logits, place, others, loss)));
    }

    private List<Substitution> substitutions(
            List<Integer> said, List<float[]> logits, int place, List<Integer> others, PictureLoss loss) {
        CaptionPair pair = CaptionPair.of(said, model.words, model.captions);
        Text hard = text(pair.diffusion().ids());
        List<Text> texts = new ArrayList<>(List.of(hard));
        List<CaptionPair> pairs = new ArrayList<>();
        for (int other : others) {
            List<Integer> changed = new ArrayList<>(said);
            changed.set(place, other);
            CaptionPair replaced = CaptionPair.of(changed, model.words, model.captions);
            pairs.add(replaced);
            texts.add(text(replaced.diffusion().ids()));
        }
        List<double[]> losses = loss.of(texts, noises);
        int half = noises / 2;
        List<float[]> gradients = loss.gradients(hard, half);
        Map<String, Predictions> matrices = new LinkedHashMap<>();
        Predictions lexical = new Predictions(model, pair, new LexicalAlignment(model.lexical));
        for (VocabularyAlignment alignment :
                List.of(new SentenceAlignment(SentenceAlignment.Pool.AVG), new WordAlignment())) {
            matrices.put(alignment.name(), new Predictions(model, pair, alignment));
        }
        matrices.put("lexical", lexical);
        Map<String, List<float[]>> soft = new LinkedHashMap<>();
        for (Softness softness : SOFT) {
            soft.put(softness.estimator(), loss.gradients(softened(pair, hard, logits, softness), half));
        }
        List<Substitution> result = new ArrayList<>();
        for (int o = 0; o < others.size(); o++) {
            int other = others.get(o);
            Map<String, double[]> predicted = new LinkedHashMap<>();
            matrices.forEach((name, matrix) -> predicted.put(name, each(gradients, matrix, place, other)));
            soft.forEach((name, own) -> predicted.put(name, each(own, lexical, place, other)));
            double[] change = difference(losses.get(o + 1), losses.get(0));
            predicted.put("candidates", Arrays.copyOf(change, half));
            Map<Integer, double[]> part = new LinkedHashMap<>();
            if (pairs.get(o).diffusion().ids().size() == pair.diffusion().ids().size()) {
                float[] way = texts.get(o + 1).vectors().clone();
                Vectors.add(way, hard.vectors(), -1);
                predicted.put(
                        "embedding",
                        gradients.stream().mapToDouble(g -> Vectors.dot(g, way)).toArray());
                part.putAll(parts(hard, way, losses.get(0), change, loss));
            }
            result.add(new Substitution(model.words.spell(List.of(other)).text().strip(), change, predicted, part));
        }
        return result;
    }

    /** The change for parts of the way from one vector to the other. */
    private Map<Integer, double[]> parts(Text hard, float[] way, double[] from, double[] whole, PictureLoss loss) {
        int count = Math.min(PART_NOISES, noises / 2);
        List<Text> texts = new ArrayList<>();
        List<Integer> onTheWay = PERCENT.subList(0, PERCENT.size() - 1);
        for (int percent : onTheWay) {
            float[] moved = hard.vectors().clone();
            Vectors.add(moved, way, percent / 100.0);
            texts.add(new Text(hard.ids(), moved));
        }
        List<double[]> losses = loss.of(texts, count);
        Map<Integer, double[]> parts = new LinkedHashMap<>();
        for (int p = 0; p < onTheWay.size(); p++) {
            parts.put(onTheWay.get(p), difference(losses.get(p), from));
        }
        parts.put(PERCENT.get(PERCENT.size() - 1), Arrays.copyOf(whole, count));
        return parts;
    }

    private static double[] each(List<float[]> gradients, Predictions matrix, int place, int other) {
        return gradients.stream()
                .mapToDouble(g -> matrix.change(g, place, other))
                .toArray();
    }

    private static double[] difference(double[] values, double[] from) {
        double[] difference = new double[Math.min(values.length, from.length)];
        Arrays.setAll(difference, j -> values[j] - from[j]);
        return difference;
    }

    private Text text(List<Integer> split) {
        long[] ids = model.padded(split);
        float[] vectors = new float[ids.length * model.width()];
        for (int k = 0; k < ids.length; k++) {
            System.arraycopy(model.vector((int) ids[k]), 0, vectors, k * model.width(), model.width());
        }
        return new Text(ids, vectors);
    }

    /** {@code (1 - share) E[s] + share w softmax(logits / temperature) (M E)} where the caption has words. */
    private Text softened(CaptionPair pair, Text hard, List<float[]> logits, Softness softness) {
        MappedTransform mapped = (MappedTransform) new LexicalAlignment(model.lexical).align(pair);
        float[] vectors = hard.vectors().clone();
        int width = model.width();
        List<float[]> meant =
                logits.stream().map(row -> meant(row, softness.temperature())).toList();
        for (int k = 0; k < mapped.weights().size(); k++) {
            float[] weights = mapped.weights().get(k);
            float[] own = new float[width];
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                Vectors.add(own, meant.get(i), weights[i]);
                sum += weights[i];
            }
            for (int c = 0; c < width && sum > 0; c++) {
                vectors[k * width + c] += (float) (softness.share() * (own[c] / sum - vectors[k * width + c]));
            }
        }
        return new Text(hard.ids(), vectors);
    }

    private float[] meant(float[] logits, double temperature) {
        double largest = logits[argmax(logits)];
        float[] sum = new float[model.width()];
        double total = 0;
        for (int v = 0; v < Math.min(logits.length, model.lexical.rows().size()); v++) {
            double weight = Math.exp((logits[v] - largest) / temperature);
            total += weight;
            if (weight > 1e-5) {
                Vectors.add(sum, model.meant(v), weight);
            }
        }
        for (int c = 0; c < sum.length; c++) {
            sum[c] /= (float) total;
        }
        return sum;
    }

    private Tensor latents(Scene scene, SplittableRandom random) {
        int size = model.autoencoder.config().sampleSize();
        float[] pixels = new float[3 * size * size];
        SceneBatch.copy(new ScenePainter().paint(scene, size, random), pixels, 0);
        return model.autoencoder.toDiffusion(model.autoencoder
                .encode(model.engine.tensor(pixels, 1, 3, size, size))
                .mean());
    }

    private static List<float[]> rows(Tensor captions, int count) {
        float[] values = captions.toFloatArray();
        int width = Math.toIntExact(captions.size(1));
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Arrays.copyOfRange(values, i * width, (i + 1) * width));
        }
        return rows;
    }

    private static int argmax(float[] row) {
        int best = 0;
        for (int v = 1; v < row.length; v++) {
            best = row[v] > row[best] ? v : best;
        }
        return best;
    }
}
