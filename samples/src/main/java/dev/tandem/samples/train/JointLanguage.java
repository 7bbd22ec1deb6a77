package dev.tandem.samples.train;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.llm.load.AdaptedLlama;
import dev.tandem.llm.load.AdaptedMllama;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.load.TrainableMllama;
import dev.tandem.llm.model.SeenPictures;
import dev.tandem.llm.train.LanguageModelTraining;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** The language model of a joint run: what of it is trained, and how that is written. */
interface JointLanguage extends AutoCloseable {

    /** For measuring. */
    LanguageModelTraining model();

    /** For training. */
    LanguageTraining training();

    /** By what it sees pictures; empty for a model that sees none, or does not look in this run. */
    Optional<SeenPictures> eyes();

    /** Writes what was trained into a copy of the model's folder. */
    void export(Map<String, Tensor> weights, Path target);

    @Override
    void close();

    /** Opens the language model in {@code folder}; what is made beside it belongs to the current scope. */
    static JointLanguage open(JointRecipe recipe, TensorEngine engine, Path folder) {
        if (LoraAdapter.isIn(folder)) {
            throw new IllegalArgumentException(
                    folder
                            + " holds a LoRA adapter (adapter_config.json); joint training starts from weights that it is merged into");
        }
        if (MllamaLoader.isIn(folder)) {
            return seeing(recipe, engine, folder);
        }
        if (recipe.perceptron() != PerceptronPart.OFF && recipe.perceptron() != PerceptronPart.FROZEN) {
            throw new IllegalArgumentException("'perceptron' is to be trained, but the language model in " + folder
                    + " sees no pictures; a run of kind language with 'vision' gives it eyes");
        }
        return switch (recipe.language()) {
            case FULL -> full(TrainableLlama.load(engine, folder), folder);
            case LORA ->
                adapted(AdaptedLlama.load(
                        engine,
                        folder,
                        recipe.lora().config(),
                        new SplittableRandom(recipe.training().seed())));
            case FROZEN -> frozen(TrainableLlama.load(engine, folder));
        };
    }

    private static JointLanguage full(TrainableLlama llm, Path folder) {
        return new Opened(llm, new LanguageModelTraining(llm.model(), llm.parameters())) {
            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                new TrainableLlama(llm.model(), weights).save(target, DType.FLOAT16, folder);
            }
        };
    }

    private static JointLanguage adapted(AdaptedLlama llm) {
        return new Opened(llm, new LanguageModelTraining(llm.model(), llm.parameters())) {
            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                llm.adapter().save(target, weights);
            }
        };
    }

    private static JointLanguage frozen(TrainableLlama llm) {
        return new Opened(llm, new LanguageModelTraining(llm.model(), Map.of())) {
            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                // the copy is as it was
            }
        };
    }

    private static JointLanguage seeingAdapted(JointRecipe recipe, TensorEngine engine, Path folder) {
        if (recipe.perceptron() != PerceptronPart.FROZEN && recipe.perceptron() != PerceptronPart.OFF) {
            throw new IllegalArgumentException(
                    "'language' is lora, which changes no weight of the model, and 'perceptron' is to be trained;"
                            + " train one of both, in one run after the other");
        }
        boolean looks = recipe.perceptron() != PerceptronPart.OFF;
        AdaptedMllama llm = AdaptedMllama.load(
                engine,
                folder,
                recipe.lora().config(),
                new SplittableRandom(recipe.training().seed()));
        LanguageModelTraining training = looks
                ? new LanguageModelTraining(llm.eyes(), llm.adapter().parameters(), false)
                : new LanguageModelTraining(
                        llm.eyes().model().withoutPictures(), llm.adapter().parameters());
        return new Opened(llm, training) {
            @Override
            public Optional<SeenPictures> eyes() {
                return looks ? Optional.of(llm.eyes()) : Optional.empty();
            }

            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                llm.adapter().save(target, weights);
            }
        };
    }

    /** A language model that sees pictures. */
    private static JointLanguage seeing(JointRecipe recipe, TensorEngine engine, Path folder) {
        if (recipe.language() == LanguagePart.LORA) {
            return seeingAdapted(recipe, engine, folder);
        }
        boolean looks = recipe.perceptron() != PerceptronPart.OFF;
        TrainableMllama llm = TrainableMllama.load(engine, folder);
        Map<String, Tensor> trained = new LinkedHashMap<>();
        if (recipe.language() == LanguagePart.FULL) {
            trained.putAll(llm.language());
        }
        trained.putAll(recipe.perceptron().of(llm));
        LanguageModelTraining training = looks
                ? new LanguageModelTraining(llm.eyes(), trained, recipe.language() == LanguagePart.FROZEN)
                : new LanguageModelTraining(llm.eyes().model().withoutPictures(), trained);
        return new Opened(llm, training) {
            @Override
            public Optional<SeenPictures> eyes() {
                return looks ? Optional.of(llm.eyes()) : Optional.empty();
            }

            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                if (!trained.isEmpty()) {
                    llm.save(target, SafetensorsWriter.create().floatsAs(DType.FLOAT16), weights, folder);
                }
            }
        };
    }

    /** What all have. */
    abstract class Opened implements JointLanguage {
        private final AutoCloseable llm;
        private final LanguageModelTraining training;

        Opened(AutoCloseable llm, LanguageModelTraining training) {
            this.llm = llm;
            this.training = training;
        }

        @Override
        public LanguageModelTraining model() {
            return training;
        }

        @Override
        public LanguageTraining training() {
            return training;
        }

        @Override
        public Optional<SeenPictures> eyes() {
            return Optional.empty();
        }

        @Override
        public void close() {
            try {
                llm.close();
            } catch (Exception e) {
                throw new IllegalStateException("a model could not be closed: " + e.getMessage(), e);
            }
        }
    }
}
