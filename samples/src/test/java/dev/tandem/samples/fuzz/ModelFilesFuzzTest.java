package dev.tandem.samples.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.Init;
import dev.tandem.core.weights.WeightException;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.load.ClipTextConfigFile;
import dev.tandem.diffusion.load.ClipTextLoader;
import dev.tandem.diffusion.load.SD3ConfigFile;
import dev.tandem.diffusion.load.SD3Loader;
import dev.tandem.diffusion.load.SchedulerFile;
import dev.tandem.diffusion.load.StableDiffusionFolder;
import dev.tandem.diffusion.load.T5ConfigFile;
import dev.tandem.diffusion.load.T5Loader;
import dev.tandem.diffusion.load.UNetConfigFile;
import dev.tandem.diffusion.load.UNetLoader;
import dev.tandem.diffusion.load.UViTConfigFile;
import dev.tandem.diffusion.load.UViTLoader;
import dev.tandem.diffusion.load.VaeConfigFile;
import dev.tandem.diffusion.load.VaeLoader;
import dev.tandem.llm.chat.ChatMessage;
import dev.tandem.llm.chat.ChatTemplate;
import dev.tandem.llm.load.BlipLoader;
import dev.tandem.llm.load.GgufModel;
import dev.tandem.llm.load.Gpt2ConfigFile;
import dev.tandem.llm.load.Gpt2Loader;
import dev.tandem.llm.load.LlamaConfigFile;
import dev.tandem.llm.load.LlamaLoader;
import dev.tandem.llm.load.MllamaLoader;
import dev.tandem.llm.token.LlmTokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Whatever the files of a model hold, readers of all modules refuse it in one line or make something of it. An ordinary test run replays
 * the inputs kept beside it; JAZZER_FUZZ=1 searches for new ones.
 */
class ModelFilesFuzzTest {

    private static final TensorEngine ENGINE = TorchEngine.cpu();
    private static final long MAX_VALUES = 1 << 14;
    private static final int MAX_TENSORS = 120;

    /** Readers of configurations, each with what is built by it. */
    private static final List<Consumer<Path>> READERS = List.of(
            file -> LlamaLoader.build(ENGINE, LlamaConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> Gpt2Loader.build(ENGINE, Gpt2ConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> MllamaLoader.load(ENGINE, file.getParent()).close(),
            file -> BlipLoader.load(ENGINE, file.getParent()).close(),
            file -> SchedulerFile.read(file).start(1),
            file -> UNetLoader.build(ENGINE, UNetConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> VaeLoader.build(ENGINE, VaeConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> ClipTextLoader.build(ENGINE, ClipTextConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> T5Loader.build(ENGINE, T5ConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> SD3Loader.build(ENGINE, SD3ConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> UViTLoader.build(ENGINE, UViTConfigFile.read(file), new SmallZeros())
                    .close(),
            file -> StableDiffusionFolder.describes(file.getParent()),
            file -> AgentConfig.read(file.getParent()));

    @FuzzTest
    void gguf(byte[] bytes) {
        checkGguf(bytes);
    }

    /** The first byte chooses the reader. */
    @FuzzTest
    void config(byte[] bytes) {
        checkConfig(bytes);
    }

    @FuzzTest
    void chatTemplate(byte[] bytes) {
        checkTemplate(bytes);
    }

    static boolean checkGguf(byte[] bytes) {
        Path file = DamagedInput.file("model.gguf", bytes);
        return DamagedInput.accepted(() -> {
            GgufModel model = GgufModel.open(file);
            try (LlmTokenizer tokenizer = model.tokenizer()) {
                tokenizer.text(List.of(0));
                for (int id : tokenizer.plain("ab a\u00e9 <s>")) {
                    tokenizer.token(id);
                }
            }
            if (model.config().vocabSize() < MAX_VALUES) {
                model.load(ENGINE).close();
            }
            model.chatTemplate().ifPresent(ModelFilesFuzzTest::render);
        });
    }

    static boolean checkConfig(byte[] bytes) {
        if (bytes.length == 0) {
            return false;
        }
        byte[] json = Arrays.copyOfRange(bytes, 1, bytes.length);
        Path file = DamagedInput.file("config.json", json);
        DamagedInput.file("model_index.json", json);
        DamagedInput.file("agent.json", json);
        return DamagedInput.accepted(
                () -> READERS.get((bytes[0] & 0xff) % READERS.size()).accept(file));
    }

    static boolean checkTemplate(byte[] bytes) {
        return DamagedInput.accepted(() -> render(new String(bytes, StandardCharsets.UTF_8)));
    }

    private static void render(String template) {
        new ChatTemplate(template, Map.of("bos_token", "<s>", "eos_token", "</s>"))
                .render(List.of(ChatMessage.system("s"), ChatMessage.user("u"), ChatMessage.assistant("a")), true);
    }

    /** Zeros of any shape, as long as it is small. */
    private static final class SmallZeros implements WeightSource {

        private int tensors;

        @Override
        public Tensor get(String key, Init init, long... shape) {
            long values = 1;
            for (long size : shape) {
                values = size < 1 || size > MAX_VALUES / values ? MAX_VALUES + 1 : values * size;
            }
            if (values > MAX_VALUES || ++tensors > MAX_TENSORS) {
                throw new WeightException("there is no tensor " + key);
            }
            try (Scope scope = ENGINE.scope()) {
                return scope.keep(ENGINE.zeros(DType.FLOAT32, shape));
            }
        }

        @Override
        public boolean has(String key) {
            return true;
        }
    }
}
