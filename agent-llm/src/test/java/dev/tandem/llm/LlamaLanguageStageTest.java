package dev.tandem.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CancelledException;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.SpelledCaption;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.Trainer;
import dev.tandem.llm.load.TrainableLlama;
import dev.tandem.llm.model.Models;
import dev.tandem.llm.prompt.LetterTokens;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.train.DialogueSet;
import dev.tandem.llm.train.LanguageTask;
import dev.tandem.llm.train.Targets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A small model learns two dialogues by heart; the stage then says them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LlamaLanguageStageTest {

    private static final Dialogue ASK_PHOTO = new Dialogue(List.of(Turn.user("pic?")));
    private static final Dialogue ASK_WORDS = new Dialogue(List.of(Turn.user("how?")));

    private final TensorEngine engine = TorchEngine.cpu();
    private final LetterTokens tokens = new LetterTokens();
    private final PromptEncoder prompts = new PromptEncoder(
            new AgentConfig.PromptTemplate("<|begin_of_text|>", "<|user|>", "<|end|>", "<|agent|>", "<|end|>"),
            AgentConfig.Markers.DEFAULT,
            tokens);
    private LlamaLanguageStage stage = new LlamaLanguageStage(
            Models.random(
                    engine, Models.small().vocabSize(LetterTokens.VOCABULARY).build(), 0),
            tokens,
            prompts,
            new Letters(),
            () -> {});

    private record Letters() implements CaptionDecoder {

        @Override
        public SpelledCaption spell(List<Integer> ids) {
            throw new UnsupportedOperationException("no bridge here");
        }

        @Override
        public boolean isSpecial(int id) {
            return id >= LetterTokens.FIRST_SPECIAL;
        }

        @Override
        public int vocabularySize() {
            return LetterTokens.VOCABULARY;
        }

        @Override
        public String fingerprint() {
            return "letters";
        }
    }

    private static final class Heard implements CaptionListener {

        private final StringBuilder log = new StringBuilder();
        private final List<Caption> captions = new ArrayList<>();

        @Override
        public void onText(String piece) {
            log.append(piece);
        }

        @Override
        public void onCaptionStart() {
            log.append('<');
        }

        @Override
        public void onCaption(Caption caption) {
            log.append(caption.text()).append('>');
            captions.add(caption);
        }
    }

    @BeforeAll
    void learn(@TempDir Path folder) {
        stage.close();
        TrainableLlama llama = TrainableLlama.fresh(
                engine,
                Models.small()
                        .vocabSize(LetterTokens.VOCABULARY)
                        .eosTokenIds(List.of())
                        .initializerRange(0.05)
                        .build(),
                new SplittableRandom(1));
        DialogueSet set = DialogueSet.of(
                List.of(
                        prompts.encode(ASK_PHOTO.with(new Turn(
                                Speaker.AGENT, List.of(new Words("see"), Photo.described("a cat"), new Words("ok"))))),
                        prompts.encode(ASK_WORDS.with(Turn.agent("all fine")).with(Turn.user("bye")))),
                64,
                Targets.BOTH);
        LanguageTask task = new LanguageTask(llama.model(), llama.parameters(), set, Map.of(), Targets.BOTH, 70);
        TrainConfig config = TrainConfig.builder()
                .steps(120)
                .warmupSteps(5)
                .learningRate(0.01)
                .build();
        try (Trainer trainer = Trainer.builder()
                .engine(engine)
                .task(task)
                .config(config)
                .folder(folder)
                .build()) {
            trainer.run();
        }
        stage = new LlamaLanguageStage(llama.model(), tokens, prompts, new Letters(), () -> {});
    }

    @AfterAll
    void free() {
        stage.close();
    }

    private static LanguageOptions options(int maxNewTokens) {
        return LanguageOptions.builder().maxNewTokens(maxNewTokens).build();
    }

    @Test
    void decidesBetweenWordsAndAPhoto() {
        Heard heard = new Heard();
        LanguageUsage usage = stage.reply(ASK_PHOTO, options(30), new Cancellation(), heard);
        assertEquals("see<a cat>ok", heard.log.toString());
        assertEquals(
                "a cat",
                LetterTokens.spell(heard.captions.get(0).tokenIds().stream()
                        .mapToInt(i -> i)
                        .toArray()));
        assertEquals(
                new LanguageUsage(stage.countTokens(ASK_PHOTO), "see a cat ok ".length(), LanguageUsage.Finish.STOP),
                usage);

        Heard words = new Heard();
        stage.reply(ASK_WORDS, options(30), new Cancellation(), words);
        assertEquals("all fine", words.log.toString());
    }

    @Test
    void afterATurnOfTheAgentItSaysTheUsers() {
        Heard heard = new Heard();
        Dialogue answered = ASK_WORDS.with(Turn.agent("all fine"));
        LanguageUsage usage = stage.reply(answered, options(20), new Cancellation(), heard);
        assertEquals("bye", heard.log.toString());
        assertEquals(new LanguageUsage(stage.countTokens(answered), "bye ".length(), LanguageUsage.Finish.STOP), usage);
    }

    @Test
    void captionThatIsCutOffIsText() {
        Heard heard = new Heard();
        LanguageUsage usage = stage.reply(ASK_PHOTO, options(7), new Cancellation(), heard);
        assertEquals("see<a c", heard.log.toString());
        assertTrue(heard.captions.isEmpty());
        assertEquals(LanguageUsage.Finish.LENGTH, usage.finish());
    }

    @Test
    void cancellationEndsTheAnswer() {
        Cancellation cancellation = new Cancellation();
        StringBuilder heard = new StringBuilder();
        CaptionListener cancelling = new CaptionListener() {
            @Override
            public void onText(String piece) {
                heard.append(piece);
                cancellation.cancel();
            }

            @Override
            public void onCaption(Caption caption) {}
        };
        assertThrows(CancelledException.class, () -> stage.reply(ASK_WORDS, options(30), cancellation, cancelling));
        assertEquals("a", heard.toString());
    }

    @Test
    void refusesWhatDoesNotFit() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> stage.reply(ASK_WORDS, options(60), new Cancellation(), new Heard()));
        assertTrue(e.getMessage().contains("leave out the oldest turns"), e.getMessage());
    }
}
