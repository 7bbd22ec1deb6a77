package dev.tandem.samples.train;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.SafetensorsWriter;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.load.TrainableMllama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.train.LanguageModelTraining;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** The language model of a run that trains it alone, with or without eyes. */
interface TrainedLanguage extends AutoCloseable {

    /** The model with what is trained of it. */
    LanguageModelTraining training();

    /** The token in the place of a picture; empty for a model without eyes. */
    OptionalInt imageId();

    /** Rows of the table of vectors. */
    int rows();

    /** Side of the pictures that it sees, in pixels. */
    int pictureSize();

    /** Writes a folder with what was trained. */
    void export(Map<String, Tensor> weights, Path target);

    @Override
    void close();

    /** Opens the model in {@code folder}. */
    static TrainedLanguage open(LanguageRecipe recipe, TensorEngine engine, Path folder) {
        if (recipe.language() == LanguagePart.LORA) {
            throw new IllegalArgumentException("'language' is lora; a run of kind language trains it full or frozen");
        }
        if (MllamaLoader.isIn(folder) || recipe.vision() != null) {
            if (recipe.fresh()) {
                throw new IllegalArgumentException(
                        "a language model gets eyes when it can talk: set 'fresh' to false, or leave 'vision' out");
            }
            return seeing(recipe, engine, folder);
        }
        LlamaConfig config = LlamaConfigFile.read(folder.resolve("config.json"));
        TrainableLlama llama = recipe.fresh()
                ? TrainableLlama.fresh(
                        engine, config, new SplittableRandom(recipe.training().seed()))
                : TrainableLlama.load(engine, folder);
        return new TrainedLanguage() {
            @Override
            public LanguageModelTraining training() {
                return new LanguageModelTraining(llama.model(), llama.parameters());
            }

            @Override
            public OptionalInt imageId() {
                return OptionalInt.empty();
            }

            @Override
            public int rows() {
                return config.vocabSize();
            }

            @Override
            public int pictureSize() {
                return 1;
            }

            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                new TrainableLlama(llama.model(), weights).save(target, DType.FLOAT16, folder);
            }

            @Override
            public void close() {
                llama.close();
            }
        };
    }

    private static TrainedLanguage seeing(LanguageRecipe recipe, TensorEngine engine, Path folder) {
        Path vision = recipe.vision();
        TrainableMllama llama = vision == null || MllamaLoader.isIn(folder)
                ? TrainableMllama.load(engine, folder, vision)
                : TrainableMllama.grow(
                        engine,
                        folder,
                        vision,
                        new SplittableRandom(recipe.training().seed()));
        return new TrainedLanguage() {
            @Override
            public LanguageModelTraining training() {
                Map<String, Tensor> trained = new LinkedHashMap<>();
                if (recipe.language() == LanguagePart.FULL) {
                    trained.putAll(llama.language());
                }
                trained.putAll(recipe.perceptron().of(llama));
                return recipe.perceptron() == PerceptronPart.OFF
                        ? new LanguageModelTraining(llama.eyes().model().withoutPictures(), trained)
                        : new LanguageModelTraining(llama.eyes(), trained, recipe.language() == LanguagePart.FROZEN);
            }

            @Override
            public OptionalInt imageId() {
                return recipe.perceptron() == PerceptronPart.OFF
                        ? OptionalInt.empty()
                        : OptionalInt.of(llama.eyes().imageId());
            }

            @Override
            public int rows() {
                return llama.rows();
            }

            @Override
            public int pictureSize() {
                return llama.eyes().processor().tile();
            }

            @Override
            public void export(Map<String, Tensor> weights, Path target) {
                llama.save(
                        target,
                        recipe.compact()
                                ? llama.compactWriter()
                                : SafetensorsWriter.create().floatsAs(DType.FLOAT16),
                        weights,
                        folder);
            }

            @Override
            public void close() {
                llama.close();
            }
        };
    }
}
