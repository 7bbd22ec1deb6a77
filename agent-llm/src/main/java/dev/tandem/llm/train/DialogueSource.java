package dev.tandem.llm.train;

import dev.tandem.llm.prompt.TokenizedDialogue;
import java.util.List;
import java.util.random.RandomGenerator;

/** Where training dialogues come from. What it gives depends on the generator alone, so that a resumed run sees the same ones. */
@FunctionalInterface
public interface DialogueSource {

    /**
     * Dialogues for one batch, of similar length.
     *
     * @param tokens about how many the batch may have, padding included
     */
    List<TokenizedDialogue> draw(int tokens, RandomGenerator random);

    /**
     * Draws each batch from one of several sources.
     *
     * @param weights share of the batches, one for each source
     */
    static DialogueSource mix(List<DialogueSource> sources, List<Double> weights) {
        if (sources.isEmpty()
                || sources.size() != weights.size()
                || weights.stream().anyMatch(w -> !(w > 0))) {
            throw new IllegalArgumentException("a mix needs a weight above 0 for each of its sources, got "
                    + sources.size() + " sources and weights " + weights);
        }
        List<DialogueSource> all = List.copyOf(sources);
        double total = weights.stream().mapToDouble(Double::doubleValue).sum();
        return (tokens, random) -> {
            double at = random.nextDouble() * total;
            int i = 0;
            while (i < all.size() - 1 && at >= weights.get(i)) {
                at -= weights.get(i++);
            }
            return all.get(i).draw(tokens, random);
        };
    }
}
