package dev.tandem.samples.evaluate;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.samples.evaluate.Outcome.Due;
import dev.tandem.samples.evaluate.Outcome.Exhibit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * Measures a model on held-out dialogues of the small world, both speakers' turns, for a comparison with others on the same dialogues.
 *
 * @param dialogues how many
 * @param seed another seed writes other dialogues
 * @param sights so many more in which the user sends photos and asks about them; their answers are measured only
 */
public record HeldOutEvaluation(int dialogues, long seed, int sights) {

    private static final int SHOWN = 8;

    /**
     * What was measured.
     *
     * @param scores of each dialogue
     * @param pictures measures of all pictures together, by the features of the small world's own judge: {@code judge_is}, {@code judge_fid},
     *     {@code judge_kid}, and {@code ..._of_true_pictures...} to see them against
     * @param captions the first captions that were due, each with what was shared instead, empty for nothing
     */
    public record Result(List<DialogueScore> scores, Map<String, Double> pictures, List<Caption> captions) {

        public Result {
            scores = List.copyOf(scores);
            captions = List.copyOf(captions);
        }
    }

    /**
     * A caption.
     *
     * @param due as it was written
     * @param said by the model
     */
    public record Caption(String due, String said) {}

    public HeldOutEvaluation {
        if (dialogues < 1) {
            throw new IllegalArgumentException("an evaluation needs at least one dialogue, got " + dialogues);
        }
        if (sights < 0) {
            throw new IllegalArgumentException("there can't be fewer than no dialogues with photos, got " + sights);
        }
    }

    /** The same without dialogues in which the user sends photos. */
    public HeldOutEvaluation withoutSights() {
        return new HeldOutEvaluation(dialogues, seed, 0);
    }

    /**
     * Measures.
     *
     * @param engine of the judge
     * @param model a model folder
     * @param told whether captions stand for the photos that the user sends
     * @param progress hears how many dialogues are done
     */
    public Result run(TensorEngine engine, Path model, boolean told, IntConsumer progress) {
        try (PictureJudge judge = PictureJudge.embedded(engine);
                PhotoSharingAgent agent = PhotoSharingAgent.builder()
                        .model(model.toString())
                        .temperature(0.0)
                        .modelGuard(false) // what a model draws is measured, not what may be shown
                        .seed(seed)
                        .build()) {
            List<Outcome> outcomes =
                    new Evaluation(agent, judge, seed, true).bothSpeakers().run(dialogues, progress);
            Map<String, Double> pictures = new LinkedHashMap<>();
            OutcomeMeasures.of(outcomes, List.of(judge), null).stream()
                    .filter(m -> m.name().startsWith(judge.name() + "-"))
                    .forEach(m -> pictures.put(plain(m.name()), m.value()));
            List<DialogueScore> scores =
                    new ArrayList<>(outcomes.stream().map(DialogueScore::of).toList());
            if (sights > 0) {
                new SightEvaluation(agent, seed, told)
                        .run(sights, progress)
                        .forEach(answers -> scores.add(DialogueScore.of(answers)));
            }
            return new Result(
                    scores,
                    pictures,
                    outcomes.stream()
                            .flatMap(o -> o.exhibits().stream())
                            .filter(e -> e.due() != null)
                            .limit(SHOWN)
                            .map(HeldOutEvaluation::caption)
                            .toList());
        }
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
    }

    private static Caption caption(Exhibit exhibit) {
        Due due = Objects.requireNonNull(exhibit.due());
        return new Caption(
                due.caption(), exhibit.shared() == null ? "" : exhibit.shared().caption());
    }
}
