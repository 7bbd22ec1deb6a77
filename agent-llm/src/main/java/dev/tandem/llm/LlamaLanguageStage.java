package dev.tandem.llm;

import dev.tandem.core.caption.CaptionListener;
import dev.tandem.core.caption.CaptionParser;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.LanguageOptions;
import dev.tandem.core.stage.LanguageStage;
import dev.tandem.core.stage.LanguageUsage;
import dev.tandem.core.stage.Picture;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.vision.PictureFile;
import dev.tandem.llm.decode.Generation;
import dev.tandem.llm.decode.Generator;
import dev.tandem.llm.decode.LogitRules;
import dev.tandem.llm.decode.Sampler;
import dev.tandem.llm.decode.TextStream;
import dev.tandem.llm.model.CausalLm;
import dev.tandem.llm.model.Llama;
import dev.tandem.llm.model.SeenPictures;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.prompt.TextTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A decoder of the Llama family as the agent's first stage. A caption begins and ends only where the model emits the two marker tokens;
 * other special tokens are never written.
 */
public final class LlamaLanguageStage implements LanguageStage {

    private final CausalLm model;
    private final @Nullable SeenPictures eyes;
    private final List<Integer> ends;
    private final TextTokens tokens;
    private final PromptEncoder prompts;
    private final CaptionDecoder captions;
    private final LogitRules agentRules;
    private final LogitRules userRules;
    private final Runnable release;

    /**
     * Puts the parts together.
     *
     * @param model closed with this stage
     * @param tokens the model's tokenizer
     * @param prompts writes dialogues with that tokenizer
     * @param captions spells its tokens for the bridge
     * @param release frees what else the parts hold, when this stage is closed
     */
    public LlamaLanguageStage(
            Llama model, TextTokens tokens, PromptEncoder prompts, CaptionDecoder captions, Runnable release) {
        this(model, null, model.config().eosTokenIds(), tokens, prompts, captions, release);
    }

    /**
     * Puts the parts of a stage together that sees photos.
     *
     * @param eyes closed with this stage
     * @param tokens the model's tokenizer
     * @param prompts writes dialogues with that tokenizer, and {@link SeenPictures#imageId} in a photo's place
     * @param captions spells its tokens for the bridge
     * @param release frees what else the parts hold, when this stage is closed
     */
    public LlamaLanguageStage(
            SeenPictures eyes, TextTokens tokens, PromptEncoder prompts, CaptionDecoder captions, Runnable release) {
        this(
                eyes.model().asTextModel(),
                eyes,
                eyes.model().config().text().eosTokenIds(),
                tokens,
                prompts,
                captions,
                release);
    }

    private LlamaLanguageStage(
            CausalLm model,
            @Nullable SeenPictures eyes,
            List<Integer> ends,
            TextTokens tokens,
            PromptEncoder prompts,
            CaptionDecoder captions,
            Runnable release) {
        this.model = model;
        this.eyes = eyes;
        this.ends = List.copyOf(ends);
        this.release = release;
        this.tokens = tokens;
        this.prompts = prompts;
        this.captions = captions;
        agentRules = rules(prompts.agentEndId());
        userRules = rules(prompts.userEndId());
    }

    private LogitRules rules(int endOfTurn) {
        List<Integer> stops = new ArrayList<>(ends);
        stops.add(endOfTurn);
        List<Integer> never = new ArrayList<>();
        for (int id = 0; id < Math.min(captions.vocabularySize(), model.vocabSize()); id++) {
            if (captions.isSpecial(id)
                    && !stops.contains(id)
                    && id != prompts.captionBeginId()
                    && id != prompts.captionEndId()) {
                never.add(id);
            }
        }
        return LogitRules.builder().stopIds(stops).suppressedIds(never).build();
    }

    @Override
    public LanguageUsage reply(
            Dialogue dialogue, LanguageOptions options, Cancellation cancellation, CaptionListener listener) {
        Speaker speaker = next(dialogue);
        LogitRules rules = speaker == Speaker.USER ? userRules : agentRules;
        int[] prompt = prompts.prompt(dialogue, speaker);
        if (prompt.length + (long) options.maxNewTokens() > contextLength()) {
            throw new IllegalArgumentException("the dialogue has " + prompt.length + " tokens and the answer may have "
                    + options.maxNewTokens() + ", which is more than this model's context of " + contextLength()
                    + "; leave out the oldest turns");
        }
        cancellation.check();
        List<Picture> pictures = pictures(dialogue);
        if (eyes == null || pictures.isEmpty()) {
            return reply(model, prompt, rules, options, cancellation, listener);
        }
        CausalLm looking;
        try (Scope scope = model.engine().scope()) {
            looking = eyes.looking(model.engine(), List.of(prompt), List.of(pictures));
        }
        try (looking) {
            return reply(looking, prompt, rules, options, cancellation, listener);
        }
    }

    /** Those that were sent; what the agent drew it knows by its caption. */
    private static List<Picture> pictures(Dialogue dialogue) {
        return dialogue.turns().stream()
                .flatMap(turn -> turn.photos().stream())
                .filter(photo -> !photo.hasCaption())
                .map(photo -> PictureFile.read(photo.png(), "a photo of the dialogue"))
                .toList();
    }

    private LanguageUsage reply(
            CausalLm decoder,
            int[] prompt,
            LogitRules rules,
            LanguageOptions options,
            Cancellation cancellation,
            CaptionListener listener) {
        Turn turn = new Turn(rules, new CaptionParser(listener, options.maxCaptions(), options.maxCaptionTokens()));
        Generation generation = new Generator(decoder, rules, new Sampler(options.temperature(), 0, options.topP()))
                .generate(prompt, options.maxNewTokens(), new SplittableRandom(options.seed()), id -> {
                    turn.hear(id);
                    cancellation.check();
                    return true;
                });
        turn.finish();
        return new LanguageUsage(
                prompt.length,
                turn.heard,
                generation.end() == Generation.End.STOP ? LanguageUsage.Finish.STOP : LanguageUsage.Finish.LENGTH);
    }

    private static Speaker next(Dialogue dialogue) {
        int size = dialogue.size();
        return size > 0 && dialogue.turns().get(size - 1).speaker() == Speaker.AGENT ? Speaker.USER : Speaker.AGENT;
    }

    @Override
    public int countTokens(Dialogue dialogue) {
        return prompts.prompt(dialogue, next(dialogue)).length;
    }

    @Override
    public int contextLength() {
        return model.contextLength();
    }

    @Override
    public boolean seesPhotos() {
        return eyes != null;
    }

    @Override
    public CaptionDecoder captionDecoder() {
        return captions;
    }

    @Override
    public void close() {
        model.close();
        release.run();
    }

    /** One answer under way: markers and text to the parser. */
    private final class Turn {

        private final LogitRules rules;
        private final CaptionParser parser;
        private final TextStream text = new TextStream(tokens);
        private int last;
        private int heard;

        Turn(LogitRules rules, CaptionParser parser) {
            this.rules = rules;
            this.parser = parser;
        }

        void hear(int id) {
            heard++;
            if (id == prompts.captionBeginId()) {
                endText();
                parser.begin();
            } else if (id == prompts.captionEndId()) {
                endText();
                parser.end();
            } else if (!rules.stopIds().contains(id)) {
                parser.token(id, text.add(id));
                last = id;
            }
        }

        void finish() {
            endText();
            parser.finish();
        }

        private void endText() {
            String rest = text.finish();
            if (!rest.isEmpty() && !parser.inCaption()) { // a broken character in a caption is left out of it
                parser.token(last, rest);
            }
        }
    }
}
