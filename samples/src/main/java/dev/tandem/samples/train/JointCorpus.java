package dev.tandem.samples.train;

import dev.tandem.core.data.PhotoFile;
import dev.tandem.core.data.RecordedDialogue;
import dev.tandem.core.train.JointBatch;
import dev.tandem.core.train.JointData;
import dev.tandem.diffusion.vae.AutoencoderKL;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TokenizedDialogue;
import dev.tandem.samples.train.IllustratedDialogues.Illustrated;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joint batches from somebody's own dialogues. A dialogue that is too long is cut; a photo whose caption is cut off is left out. */
final class JointCorpus {

    private static final Logger LOG = LoggerFactory.getLogger(JointCorpus.class);

    private JointCorpus() {}

    /**
     * Reads and encodes the data.
     *
     * @param vae folder of the autoencoder
     */
    static JointBatches<Integer> open(
            JointDataConfig config,
            AutoencoderKL autoencoder,
            Path vae,
            PromptEncoder prompts,
            JointBatches.Measured measured) {
        OwnData data = Objects.requireNonNull(config.own());
        OwnDialogues dialogues = OwnDialogues.read(data, config.seed());
        List<RecordedDialogue> measuredOn = dialogues
                .heldOut()
                .subList(0, Math.min(config.heldOut(), dialogues.heldOut().size()));
        OwnPhotos photos = OwnPhotos.of(
                Stream.of(dialogues.train(), measuredOn)
                        .flatMap(List::stream)
                        .flatMap(each -> OwnDialogues.captioned(each, data.look()).stream())
                        .toList(),
                autoencoder.config().sampleSize());
        IllustratedDialogues<Integer> train = illustrated("training", dialogues.train(), config, prompts, photos);
        if (train.size() < 1) {
            throw new IllegalArgumentException("none of " + dialogues.train().size()
                    + " dialogues has a turn to learn within " + config.maxTokens()
                    + " tokens; look at 'agent', 'targets' and 'max_tokens'");
        }
        return new JointBatches<>(
                config,
                train,
                illustrated("held-out", measuredOn, config, prompts, photos),
                OwnLatents.of(measured.engine(), data, photos, autoencoder, vae),
                measured);
    }

    private static IllustratedDialogues<Integer> illustrated(
            String what,
            List<RecordedDialogue> dialogues,
            JointDataConfig config,
            PromptEncoder prompts,
            OwnPhotos photos) {
        boolean look = Objects.requireNonNull(config.own()).look();
        List<Illustrated<Integer>> kept = new ArrayList<>();
        int cut = 0;
        int shown = 0;
        for (RecordedDialogue dialogue : dialogues) {
            TokenizedDialogue whole = OwnDialogues.encode(dialogue, prompts, look);
            TokenizedDialogue tokens = whole.cut(config.maxTokens());
            cut += tokens.length() < whole.length() ? 1 : 0;
            if (IntStream.range(1, tokens.length())
                    .anyMatch(t -> config.targets().includes(tokens, t))) {
                List<PhotoFile> files = OwnDialogues.captioned(dialogue, look);
                List<Integer> indices = files.subList(0, tokens.captions().size()).stream()
                        .map(photos::index)
                        .toList();
                shown += indices.size();
                kept.add(new Illustrated<>(tokens, indices));
            }
        }
        LOG.info(
                "{} {} dialogues with {} photos; {} were cut at {} tokens, {} have nothing to learn",
                kept.size(),
                what,
                shown,
                cut,
                config.maxTokens(),
                dialogues.size() - kept.size());
        return new IllustratedDialogues<>(kept);
    }

    /**
     * A share of batches from elsewhere; measured is what is measured on the first.
     *
     * @param share of batches from {@code other}
     */
    record Mixed(JointData own, JointData other, double share) implements JointData {

        @Override
        public JointBatch batch(long step, RandomGenerator random) {
            return (random.nextDouble() < share ? other : own).batch(step, random);
        }

        @Override
        public Map<String, Double> evaluate(RandomGenerator random) {
            return own.evaluate(random);
        }
    }
}
