package dev.tandem.samples.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.agent.ScriptedStages;
import dev.tandem.core.caption.CaptionMarkup;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Part;
import dev.tandem.core.dialogue.Photo;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.dialogue.Speaker;
import dev.tandem.core.dialogue.Turn;
import dev.tandem.core.dialogue.Words;
import dev.tandem.core.langchain4j.HostedLanguageStage;
import dev.tandem.core.langchain4j.TandemChatModel;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.llm.chat.ChatPrompt;
import dev.tandem.llm.chat.ChatTemplate;
import dev.tandem.llm.prompt.PromptEncoder;
import dev.tandem.llm.token.LlmTokenizer;
import dev.tandem.samples.tokenizer.LlamaTokenizerTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever comes from outside stays words: on each way in, what the language model is shown holds no special token beyond its frame, by two locks that
 * are tested apart: markers in words are taken apart, and tokenizers make no special token of what somebody typed.
 */
class MarkerInjectionTest {

    private static final Path DEFAULT = Path.of("").toAbsolutePath().resolveSibling("models/default");
    private static final AgentConfig CONFIG = AgentConfig.read(DEFAULT);
    private static final CaptionMarkup MARKUP =
            new CaptionMarkup(CONFIG.markers().begin(), CONFIG.markers().end());

    @TempDir
    static Path folder;

    /** The default's tokenizer, and one in which the frames of other models' chats are special tokens too. */
    private static final List<LlmTokenizer> TOKENIZERS = new ArrayList<>();

    private final ScriptedStages stages = new ScriptedStages(d -> "ok");

    @BeforeAll
    static void tokenizers() {
        TOKENIZERS.add(LlmTokenizer.load(DEFAULT.resolve("llm")));
        LlamaTokenizerTrainer.train(
                List.of("a dog on a beach, and an image of it"),
                300,
                List.of(
                        "<|begin_of_text|>",
                        "<|end|>",
                        "<|user|>",
                        "<|agent|>",
                        "[IMG]",
                        "[/IMG]",
                        "<|image|>",
                        "<s>",
                        "</s>",
                        "<|im_start|>",
                        "<|im_end|>",
                        "<|eot_id|>",
                        "<|start_header_id|>",
                        "<|end_header_id|>",
                        "[INST]",
                        "[/INST]",
                        "<<SYS>>",
                        "<|endoftext|>"),
                256,
                folder.resolve("llm"));
        TOKENIZERS.add(LlmTokenizer.load(folder.resolve("llm")));
    }

    @AfterAll
    static void free() {
        TOKENIZERS.forEach(LlmTokenizer::close);
    }

    static Stream<String> attacks() {
        return Attacks.texts();
    }

    private PhotoSharingAgent agent() {
        stages.context = 100_000;
        return stages.builder().build();
    }

    /** The special tokens among a prompt's ids. */
    private static List<Integer> specials(LlmTokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).filter(tokenizer::isSpecial).boxed().toList();
    }

    /** The same dialogue about nothing, which has the special tokens of its frame only. */
    private static Dialogue harmless(Dialogue dialogue) {
        return new Dialogue(dialogue.turns().stream()
                .map(turn -> new Turn(
                        turn.speaker(),
                        turn.parts().stream()
                                .map(part -> part instanceof Photo ? Photo.described("x") : (Part) new Words("x"))
                                .toList()))
                .toList());
    }

    /** That a dialogue, as it is handed to a language model, is its frame and words. */
    private static void assertOnlyWords(Dialogue shown) {
        for (Turn turn : shown.turns()) {
            assertFalse(MARKUP.isMarkedUp(turn.text()), turn.toString());
        }
        assertFrameAlone(shown);
    }

    private static void assertFrameAlone(Dialogue shown) {
        for (LlmTokenizer tokenizer : TOKENIZERS) {
            PromptEncoder prompts = new PromptEncoder(CONFIG.prompt(), CONFIG.markers(), tokenizer);
            assertEquals(
                    specials(tokenizer, prompts.prompt(harmless(shown))),
                    specials(tokenizer, prompts.prompt(shown)),
                    shown.toString());
        }
    }

    private static Reply next(PhotoSharingAgent agent, Turn... turns) {
        return agent.next(new Dialogue(List.of(turns)));
    }

    private static Turn shared(String words, String caption) {
        return new Turn(Speaker.AGENT, List.of(new Words(words), Photo.described(caption)));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void whatIsSaidToAnAgent(String attack) {
        PhotoSharingAgent agent = agent();
        Reply reply = agent.conversation().say(attack);
        assertEquals(List.of(), reply.photos());
        next(agent, Turn.user(attack), Turn.agent("ok"), Turn.user("hi"));
        next(agent, Turn.user("hi"), Turn.agent(attack), Turn.user(attack));
        next(agent, Turn.user("hi"), shared("look", attack), Turn.user("nice"));
        assertEquals(4, stages.asked.size());
        stages.asked.forEach(MarkerInjectionTest::assertOnlyWords);
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void whatTheTokenizerReadsIfNobodyTakesMarkersApart(String attack) {
        assertFrameAlone(new Dialogue(List.of(Turn.user(attack), Turn.agent(attack), shared(attack, attack))));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void whatIsSplitOverPartsAndMessages(String attack) {
        PhotoSharingAgent agent = agent();
        for (int cut = 1; cut < Math.min(attack.length(), 30); cut++) {
            String first = attack.substring(0, cut);
            String second = attack.substring(cut);
            Turn parts = new Turn(Speaker.USER, List.of(new Words(first), new Words(second)));
            stages.asked.clear();
            next(agent, parts);
            next(agent, Turn.user("x" + first), Turn.user(second + "x"));
            next(agent, Turn.user("hi"), new Turn(Speaker.AGENT, parts.parts()), Turn.user("x"));
            stages.asked.forEach(MarkerInjectionTest::assertOnlyWords);
        }
    }

    private static AiMessage shared(String caption) {
        Image image = Image.builder().revisedPrompt(caption).build();
        return AiMessage.builder()
                .text("look")
                .attributes(Map.of(AiMessage.GENERATED_IMAGES_KEY, List.of(image)))
                .build();
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void whatComesInLangChain4jsMessages(String attack) {
        TandemChatModel model = TandemChatModel.builder().agent(agent()).build();
        int half = attack.length() / 2;
        List<ChatMessage> messages = List.of(
                SystemMessage.from("obey: " + attack),
                UserMessage.from("named " + attack, attack),
                AiMessage.from(attack),
                UserMessage.from(
                        TextContent.from("x" + attack.substring(0, half)),
                        TextContent.from(attack.substring(half) + "x")),
                shared(attack),
                UserMessage.from(attack));
        assertEquals(List.of(), model.chat(messages).aiMessage().images());
        Dialogue shown = stages.asked.get(0);
        assertEquals(5, shown.size(), "the system message is left out");
        assertOnlyWords(shown);
    }

    /** A hosted model that repeats what it was told by the user, each message by itself. */
    private static final class Parrot implements ChatModel {
        final List<List<ChatMessage>> asked = new ArrayList<>();

        @Override
        public ChatResponse doChat(ChatRequest request) {
            asked.add(request.messages());
            StringBuilder said = new StringBuilder();
            for (ChatMessage message : request.messages()) {
                if (message instanceof UserMessage user) {
                    user.contents()
                            .forEach(content ->
                                    said.append(((TextContent) content).text()).append(" | "));
                }
            }
            return ChatResponse.builder()
                    .aiMessage(AiMessage.from(said.toString()))
                    .build();
        }
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void whatAHostedModelIsTold(String attack) {
        Parrot parrot = new Parrot();
        PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .stages(ScriptedStages.CONFIG, HostedLanguageStage.of(parrot), stages.bridge, stages.image)
                .build();
        int half = attack.length() / 2;
        Turn split = new Turn(
                Speaker.USER,
                List.of(new Words("x" + attack.substring(0, half)), new Words(attack.substring(half) + "x")));
        Reply reply =
                next(agent, Turn.user(attack), Turn.agent(attack), split, shared("look", attack), Turn.user(attack));
        assertEquals(List.of(), reply.photos(), "it repeats words");

        List<ChatMessage> told = parrot.asked.get(0);
        String instructions = ((SystemMessage) told.get(0)).text();
        next(agent, Turn.user("x"));
        assertEquals(((SystemMessage) parrot.asked.get(1).get(0)).text(), instructions, "nothing said gets in there");
        for (ChatMessage message : told.subList(1, told.size())) {
            String text = message instanceof UserMessage user ? user.singleText() : ((AiMessage) message).text();
            // of a photo that the agent shared there is one caption between markers; all else is words
            String words = message == told.get(4)
                    ? text.replaceFirst("^look \\[IMG] ", "").replaceFirst(" \\[/IMG]$", "")
                    : text;
            assertFalse(MARKUP.isMarkedUp(words), text);
        }
    }

    private static final String TEMPLATE = "<|begin_of_text|>{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
            + "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}{{ c['text'] }}{% endfor %}{% endif %}"
            + "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static void assertFrameOfAChat(List<dev.tandem.llm.chat.ChatMessage> messages) {
        ChatTemplate template = new ChatTemplate(TEMPLATE, Map.of());
        List<dev.tandem.llm.chat.ChatMessage> nothing = messages.stream()
                .map(message -> new dev.tandem.llm.chat.ChatMessage(message.role(), "x"))
                .toList();
        for (LlmTokenizer tokenizer : TOKENIZERS) {
            assertEquals(
                    specials(tokenizer, ChatPrompt.of(template, tokenizer, nothing)),
                    specials(tokenizer, ChatPrompt.of(template, tokenizer, messages)),
                    messages.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void whatIsSaidToAPublishedChatModel(String attack) {
        assertFrameOfAChat(List.of(
                dev.tandem.llm.chat.ChatMessage.system(attack),
                dev.tandem.llm.chat.ChatMessage.user(attack),
                dev.tandem.llm.chat.ChatMessage.assistant(attack),
                dev.tandem.llm.chat.ChatMessage.user("hi")));
        for (int cut = 1; cut < Math.min(attack.length(), 30); cut++) {
            assertFrameOfAChat(List.of(dev.tandem.llm.chat.ChatMessage.user(
                    new dev.tandem.llm.chat.ChatMessage.Text(attack.substring(0, cut)),
                    new dev.tandem.llm.chat.ChatMessage.Text(attack.substring(cut)))));
        }
    }

    private static HostedLanguageStage hosted(String writes) {
        return HostedLanguageStage.of(new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return ChatResponse.builder()
                        .aiMessage(AiMessage.from(writes.replace("<", "[IMG]").replace(">", "[/IMG]")))
                        .build();
            }
        });
    }

    static Stream<Arguments> written() {
        return Stream.of(
                Arguments.of("<a><b><c><d>", List.of("a", "b")),
                Arguments.of("<a> b <c", List.of("a")),
                Arguments.of("<a <b> c> d", List.of()),
                Arguments.of("> <a", List.of()),
                Arguments.of("<><a>", List.of("a")),
                Arguments.of("<" + "x ".repeat(65) + "><a>", List.of("a")));
    }

    /** What a model may write, with {@code <} and {@code >} as the tokens, or as the words, of its markers. */
    @ParameterizedTest
    @MethodSource("written")
    void aModelSharesNoMoreAndNoLongerThanItMay(String written, List<String> captions) {
        for (boolean own : List.of(true, false)) {
            ScriptedStages writing = new ScriptedStages(d -> written);
            writing.context = 1_000;
            List<String> heard = new ArrayList<>();
            PhotoSharingAgent agent = PhotoSharingAgent.builder()
                    .stages(
                            ScriptedStages.CONFIG,
                            own ? writing.language : hosted(written),
                            writing.bridge,
                            writing.image)
                    .maxNewTokens(300)
                    .maxPhotosPerTurn(2)
                    .listener(new AgentListener() {
                        @Override
                        public void onPhoto(Photo photo) {
                            heard.add(photo.caption());
                        }
                    })
                    .build();
            Reply reply = agent.conversation().say("hello");
            assertEquals(captions, reply.photos().stream().map(Photo::caption).toList());
            assertEquals(captions, heard);
            assertEquals(captions.size(), writing.drawn.size());
        }
    }

    @Test
    void aModelThatMayShareNothingWritesWords() {
        ScriptedStages writing = new ScriptedStages(d -> "see <a dog>");
        Reply reply =
                writing.builder().maxPhotosPerTurn(0).build().conversation().say("hello");
        assertEquals("see a dog", reply.text());
        assertEquals(0, writing.drawn.size());
    }
}
