package dev.tandem.samples.damage;

import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.ModelFolder;
import dev.tandem.diffusion.load.ClipModelFolder;
import dev.tandem.diffusion.load.SD3ConfigFile;
import dev.tandem.diffusion.load.SD3Loader;
import dev.tandem.diffusion.load.SafetyCheckerFolder;
import dev.tandem.diffusion.load.T5ConfigFile;
import dev.tandem.diffusion.load.T5Loader;
import dev.tandem.diffusion.load.UViTConfigFile;
import dev.tandem.diffusion.load.UViTLoader;
import dev.tandem.diffusion.pipeline.TextToImage;
import dev.tandem.llm.load.BlipLoader;
import dev.tandem.llm.load.Gpt2Loader;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.load.MllamaLoader;
import java.nio.file.Path;
import java.util.function.BiFunction;

/** Every kind of model folder that Tandem loads: a small sound one among the parity cases, and what loads it. */
enum ModelKind {
    LLAMA("llama-forward-untied", "", LlamaLoader::load),
    QWEN2("qwen2-forward", "", LlamaLoader::load),
    GPT2("gpt2-forward", "", Gpt2Loader::load),
    MLLAMA("mllama-forward", "", MllamaLoader::load),
    BLIP("blip-caption", "", BlipLoader::load),
    T5(
            "t5-encoder",
            "",
            (engine, folder) -> T5Loader.build(
                    engine,
                    T5ConfigFile.read(config(folder)),
                    ModelFolder.of(folder).weights(engine))),
    CLIP("clip-similarity", "", ClipModelFolder::load),
    SAFETY_CHECKER(
            "safety-checker",
            "",
            (engine, folder) -> SafetyCheckerFolder.of(folder).checker(engine)),
    TEXT_ENCODER("pipeline-sd", "text_encoder", TextToImage::load),
    UNET("pipeline-sd", "unet", TextToImage::load),
    AUTOENCODER("pipeline-sd", "vae", TextToImage::load),
    SD3_TRANSFORMER("pipeline-sd3", "transformer", TextToImage::load),
    SD3_T5("pipeline-sd3", "text_encoder_3", TextToImage::load),
    MMDIT(
            "mmdit-sd35-dual",
            "",
            (engine, folder) -> SD3Loader.build(
                    engine,
                    SD3ConfigFile.read(config(folder)),
                    ModelFolder.of(folder).weights(engine))),
    UVIT(
            "uvit-v1",
            "",
            (engine, folder) -> UViTLoader.build(
                    engine,
                    UViTConfigFile.read(config(folder)),
                    ModelFolder.of(folder).weights(engine)));

    final String parityCase;

    /** The damaged part of a pipeline; empty for the folder itself. */
    final String component;

    private final BiFunction<TensorEngine, Path, AutoCloseable> loader;

    ModelKind(String parityCase, String component, BiFunction<TensorEngine, Path, AutoCloseable> loader) {
        this.parityCase = parityCase;
        this.component = component;
        this.loader = loader;
    }

    AutoCloseable load(TensorEngine engine, Path folder) {
        return loader.apply(engine, folder);
    }

    private static Path config(Path folder) {
        return folder.resolve("config.json");
    }
}
