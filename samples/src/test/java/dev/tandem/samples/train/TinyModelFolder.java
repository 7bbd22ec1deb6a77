package dev.tandem.samples.train;

import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.FreshWeights;
import dev.tandem.core.weights.Parameters;
import dev.tandem.diffusion.load.DiffusersWriter;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.diffusion.schedule.DdimScheduler;
import dev.tandem.diffusion.schedule.Scheduler;
import dev.tandem.diffusion.schedule.SchedulerConfig;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.text.ClipTokenizer;
import dev.tandem.diffusion.train.DiffusionModel;
import dev.tandem.diffusion.unet.UNetConfig;
import dev.tandem.diffusion.vae.VaeConfig;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.model.LlamaConfig;
import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.samples.tokenizer.ClipTokenizerTrainer;
import dev.tandem.samples.tokenizer.LlamaTokenizerTrainer;
import dev.tandem.samples.world.DialogueTurn;
import dev.tandem.samples.world.DialogueWriter;
import dev.tandem.samples.world.PhotoDialogue;
import dev.tandem.samples.world.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A whole model folder of the smallest sizes, with fresh weights and tokenizers trained on a few dialogues. */
public final class TinyModelFolder {

    private static final int LENGTH = 24;

    private TinyModelFolder() {}

    public static void write(TensorEngine engine, Path folder) throws IOException {
        List<String> words = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        DialogueWriter writer = new DialogueWriter(Split.TRAIN);
        for (int i = 0; i < 60; i++) {
            PhotoDialogue dialogue = writer.next(new SplittableRandom(i));
            for (DialogueTurn turn : dialogue.turns()) {
                words.add(turn.text());
                turn.caption().ifPresent(captions::add);
            }
        }
        words.addAll(captions);
        LlamaTokenizerTrainer.train(
                words,
                420,
                List.of("<s>", "</s>", "<|user|>", "<|agent|>", "<|end|>", "[IMG]", "[/IMG]"),
                256,
                folder.resolve("llm"));
        ClipTokenizerTrainer.train(captions, 600, LENGTH, folder.resolve("tokenizer"));
        try (Scope scope = engine.scope();
                LlmTokenizer llmTokens = LlmTokenizer.load(folder.resolve("llm"));
                ClipTokenizer clipTokens = ClipTokenizer.load(folder.resolve("tokenizer"))) {
            LlamaConfig llama = LlamaConfig.builder()
                    .vocabSize(llmTokens.vocabularySize())
                    .hiddenSize(32)
                    .intermediateSize(48)
                    .hiddenLayers(2)
                    .attentionHeads(4)
                    .maxPositionEmbeddings(256)
                    .build();
            try (TrainableLlama model = TrainableLlama.fresh(engine, llama, new SplittableRandom(1))) {
                model.save(folder.resolve("llm"), DType.FLOAT32, folder.resolve("llm"));
            }
            diffusion(engine, folder, clipTokens);
        }
        Files.writeString(folder.resolve("agent.json"), """
                {
                  "name": "tiny",
                  "markers": {"begin": "[IMG]", "end": "[/IMG]"},
                  "prompt": {"begin": "<s>", "user_start": "<|user|>", "user_end": "<|end|>",
                             "agent_start": "<|agent|>", "agent_end": "<|end|>"},
                  "bridge": {"matrix": "word"},
                  "language": {},
                  "image": {},
                  "provenance": {"trained": "never"}
                }
                """);
    }

    private static void diffusion(TensorEngine engine, Path folder, ClipTokenizer tokens) {
        ClipTextConfig text = ClipTextConfig.builder()
                .vocabSize(tokens.vocabularySize())
                .hiddenSize(32)
                .intermediateSize(48)
                .hiddenLayers(1)
                .attentionHeads(4)
                .maxPositions(LENGTH)
                .eosTokenId(tokens.padId())
                .build();
        UNetConfig unet = UNetConfig.builder()
                .sampleSize(8)
                .inChannels(4)
                .outChannels(4)
                .blockOutChannels(List.of(8, 16))
                .layersPerBlock(List.of(1, 1))
                .downAttention(List.of(false, true))
                .upAttention(List.of(true, false))
                .downTransformerLayers(List.of(1, 1))
                .upTransformerLayers(List.of(1, 1))
                .onlyCrossAttention(List.of(false, false))
                .attentionHeads(List.of(2, 2))
                .crossAttentionDim(List.of(32, 32))
                .normNumGroups(4)
                .timeEmbeddingDim(32)
                .build();
        VaeConfig vae = VaeConfig.builder()
                .blockOutChannels(List.of(8, 8))
                .layersPerBlock(1)
                .normNumGroups(4)
                .latentChannels(4)
                .sampleSize(16)
                .build();
        Scheduler scheduler =
                new DdimScheduler(SchedulerConfig.stableDiffusion().build());
        FreshWeights fresh = new FreshWeights(engine, new SplittableRandom(2));
        Parameters vaeWeights = new Parameters(fresh);
        try (DiffusionModel model = DiffusionModel.build(engine, text, fresh, unet, fresh);
                var autoencoder = VaeLoader.build(engine, vae, vaeWeights)) {
            DiffusersWriter.into(folder, DType.FLOAT32)
                    .vae(autoencoder.config(), vaeWeights.asMap())
                    .unet(unet, model.unetParameters())
                    .textEncoder(text, model.textParameters())
                    .scheduler(scheduler)
                    .index(scheduler);
        }
    }
}
