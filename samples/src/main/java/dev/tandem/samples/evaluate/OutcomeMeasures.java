package dev.tandem.samples.evaluate;

import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.samples.evaluate.Outcome.Due;
import dev.tandem.samples.evaluate.Outcome.Exhibit;
import dev.tandem.samples.evaluate.metric.ClipFeatures;
import dev.tandem.samples.evaluate.metric.ClipScore;
import dev.tandem.samples.evaluate.metric.FrechetResamples;
import dev.tandem.samples.evaluate.metric.InceptionScore;
import dev.tandem.samples.evaluate.metric.KernelDistance;
import dev.tandem.samples.evaluate.metric.PictureFeatures;
import dev.tandem.samples.evaluate.metric.TextOverlap;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The measures of the report: words of each speaker against the words that were written, all pictures that were shared against composed
 * pictures of all scenes that were due, and shared pictures against their captions. Sets of fewer than two pictures are not measured.
 *
 * <p>Distances depend on the number of pictures, so the report has, beside the agent's, those of true pictures composed again.
 */
final class OutcomeMeasures {

    private final List<Outcome> outcomes;
    private final List<Measure> measures = new ArrayList<>();

    private OutcomeMeasures(List<Outcome> outcomes) {
        this.outcomes = outcomes;
    }

    /**
     * Measures.
     *
     * @param networks whose features pictures are compared by
     * @param clip tells how well pictures fit their captions; null for none
     */
    static List<Measure> of(
            List<Outcome> outcomes, List<? extends PictureFeatures> networks, @Nullable ClipFeatures clip) {
        OutcomeMeasures all = new OutcomeMeasures(outcomes);
        for (Speaker speaker : Speaker.values()) {
            all.words(speaker, speaker.name().toLowerCase(Locale.ROOT) + " ");
        }
        all.pictures(networks, clip);
        return List.copyOf(all.measures);
    }

    /**
     * Measures what one speaker said.
     *
     * @param networks whose features pictures are compared by
     * @param clip tells how well pictures fit their captions; null for none
     */
    static List<Measure> of(
            List<Outcome> outcomes,
            Speaker speaker,
            List<? extends PictureFeatures> networks,
            @Nullable ClipFeatures clip) {
        OutcomeMeasures all = new OutcomeMeasures(outcomes);
        all.words(speaker, "");
        all.pictures(networks, clip);
        return List.copyOf(all.measures);
    }

    private void pictures(List<? extends PictureFeatures> networks, @Nullable ClipFeatures clip) {
        networks.forEach(this::pictures);
        if (clip != null) {
            captions(clip);
        }
    }

    private void words(Speaker speaker, String who) {
        List<TextOverlap> dialogues = outcomes.stream()
                .map(o -> TextOverlap.bySpeaker(o.turns()).getOrDefault(speaker, TextOverlap.none()))
                .toList();
        if (dialogues.stream().allMatch(d -> d.turns() == 0)) {
            return;
        }
        add(who + "BLEU-1", dialogues, TextOverlap.none(), TextOverlap::plus, TextOverlap::bleu1);
        add(who + "BLEU-2", dialogues, TextOverlap.none(), TextOverlap::plus, TextOverlap::bleu2);
        add(who + "ROUGE-L", dialogues, TextOverlap.none(), TextOverlap::plus, TextOverlap::rougeL);
    }

    private <T> void add(String name, List<T> dialogues, T none, BinaryOperator<T> plus, ToDoubleFunction<T> measure) {
        T total = dialogues.stream().reduce(none, plus);
        Bootstrap.Interval interval = Bootstrap.interval(dialogues, none, plus, measure);
        measures.add(new Measure(name, measure.applyAsDouble(total), interval, false));
    }

    private void pictures(PictureFeatures network) {
        List<BufferedImage> shared = exhibits()
                .map(Exhibit::shared)
                .filter(Objects::nonNull)
                .map(p -> PictureJudge.decoded(p.png()))
                .toList();
        List<Due> due = exhibits().map(Exhibit::due).filter(Objects::nonNull).toList();
        if (shared.size() < 2 || due.size() < 2) {
            return;
        }
        List<PictureFeatures.Seen> drawn = look(network, shared);
        List<PictureFeatures.Seen> composed =
                look(network, due.stream().map(Due::picture).toList());
        List<BufferedImage> again =
                due.stream().map(Due::again).filter(Objects::nonNull).toList();
        variety(network.name() + "-IS", drawn);
        variety(network.name() + "-IS of true pictures", composed);
        distances(network.name(), "", drawn, composed);
        if (again.size() == due.size()) {
            distances(network.name(), " of true pictures composed again", look(network, again), composed);
        }
    }

    private static List<PictureFeatures.Seen> look(PictureFeatures network, List<BufferedImage> pictures) {
        return pictures.stream().map(network::look).toList();
    }

    private void variety(String name, List<PictureFeatures.Seen> seen) {
        if (seen.get(0).probabilities().length < 2) {
            return; // the network was told no classes
        }
        double[][] classes = rows(seen, PictureFeatures.Seen::probabilities);
        add(
                name,
                seen.size(),
                seen.size(),
                (a, b) -> InceptionScore.of(chosen(classes, a), 1).mean());
    }

    private void distances(
            String network, String what, List<PictureFeatures.Seen> drawn, List<PictureFeatures.Seen> truth) {
        double[][] a = rows(drawn, PictureFeatures.Seen::features);
        double[][] b = rows(truth, PictureFeatures.Seen::features);
        ToDoubleBiFunction<int[], int[]> frechet = FrechetResamples.between(a, b)::of;
        double value = frechet.applyAsDouble(all(a.length), all(b.length));
        Bootstrap.Interval interval = Bootstrap.pictures(a.length, b.length, value, frechet);
        measures.add(new Measure(network + "-FID" + what, value, interval.notNegative(), false));
        add(network + "-KID" + what, a.length, b.length, KernelDistance.between(a, b)::of);
    }

    private void add(String name, int first, int second, ToDoubleBiFunction<int[], int[]> measure) {
        double value = measure.applyAsDouble(all(first), all(second));
        measures.add(new Measure(name, value, Bootstrap.pictures(first, second, value, measure), false));
    }

    private void captions(ClipFeatures clip) {
        fit("CLIPScore with the agent's captions", e -> score(clip, e.shared()));
        fit("CLIPScore of true pictures with true captions", e -> score(clip, e.due()));
    }

    private void fit(String name, Function<Exhibit, ClipScore> score) {
        List<ClipScore> dialogues = outcomes.stream()
                .map(o -> o.exhibits().stream().map(score).reduce(ClipScore.none(), ClipScore::plus))
                .toList();
        if (dialogues.stream().anyMatch(d -> d.pictures() > 0)) {
            add(name, dialogues, ClipScore.none(), ClipScore::plus, ClipScore::value);
        }
    }

    private static ClipScore score(ClipFeatures clip, @Nullable Photo shared) {
        return shared == null ? ClipScore.none() : score(clip, PictureJudge.decoded(shared.png()), shared.caption());
    }

    private static ClipScore score(ClipFeatures clip, @Nullable Due due) {
        return due == null ? ClipScore.none() : score(clip, due.picture(), due.caption());
    }

    private static ClipScore score(ClipFeatures clip, BufferedImage picture, String caption) {
        return ClipScore.of(clip.cosine(picture, caption));
    }

    private Stream<Exhibit> exhibits() {
        return outcomes.stream().flatMap(o -> o.exhibits().stream());
    }

    private static double[][] rows(List<PictureFeatures.Seen> seen, Function<PictureFeatures.Seen, double[]> part) {
        return seen.stream().map(part).toArray(double[][]::new);
    }

    private static double[][] chosen(double[][] rows, int[] indices) {
        return Arrays.stream(indices).mapToObj(i -> rows[i]).toArray(double[][]::new);
    }

    private static int[] all(int n) {
        return IntStream.range(0, n).toArray();
    }
}
