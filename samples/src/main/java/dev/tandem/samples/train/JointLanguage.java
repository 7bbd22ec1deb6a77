package dev.tandem.samples.train;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.train.LanguageTraining;
import dev.tandem.core.weights.LoraAdapter;
import dev.tandem.llm.load.AdaptedLlama;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.train.LanguageModelTraining;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/** The language model of a joint run: what of it is trained, and how that is written. */
interface JointLanguage extends AutoCloseable {

    /** For measuring. */
    LanguageModelTraining model();

    /** For training. */
    LanguageTraining training();

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
        return switch (recipe.language()) {
            case FULL -> full(TrainableLlama.load(engine, folder), folder);
            case LORA ->
                adapted(AdaptedLlama.load(
                        engine,
                        folder,
                        recipe.lora().config(),
                        new SplittableRandom(recipe.training().seed())));
            case FROZEN -> frozen(TrainableLlama.load(engine, folder).model());
        };
    }

    private static JointLanguage full(TrainableLlama llm, Path folder) {
        LanguageModelTraining training = new LanguageModelTraining(llm.model(), llm.parameters());
        return new Opened(llm.model(), training, training) {
            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                new TrainableLlama(llm.model(), weights).save(target, DType.FLOAT16, folder);
            }
        };
    }

    private static JointLanguage adapted(AdaptedLlama llm) {
        LanguageModelTraining training = new LanguageModelTraining(llm.model(), llm.parameters());
        return new Opened(llm.model(), training, training) {
            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                llm.adapter().save(target, weights);
            }
        };
    }

    private static JointLanguage frozen(Llama llm) {
        LanguageModelTraining model = new LanguageModelTraining(llm, Map.of());
        return new Opened(llm, model, model) {
            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                // the copy is as it was
            }
        };
    }

    /** What all have. */
    abstract class Opened implements JointLanguage {
        private final Llama llm;
        private final LanguageModelTraining model;
        private final LanguageTraining training;

        Opened(Llama llm, LanguageModelTraining model, LanguageTraining training) {
            this.llm = llm;
            this.model = model;
            this.training = training;
        }

        @Override
        public LanguageModelTraining model() {
            return model;
        }

        @Override
        public LanguageTraining training() {
            return training;
        }

        @Override
        public void close() {
            llm.close();
        }
    }
}
