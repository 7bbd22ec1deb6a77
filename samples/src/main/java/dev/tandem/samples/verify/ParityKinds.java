package dev.tandem.samples.verify;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The kinds of parity cases that {@code tandem verify} can run: the one list to add a new kind to. */
final class ParityKinds {

    private static final List<ParityKind> ALL = List.of(
            new LlamaForwardKind("llama.forward"),
            new LlamaForwardKind("qwen2.forward"),
            new LlamaGenerateKind(),
            new LlamaLoraKind(),
            new Gpt2ForwardKind(),
            new MllamaForwardKind(),
            new BlipKind(),
            new ClipTextKind(),
            new ClipSimilarityKind(),
            new SafetyCheckerKind(),
            new T5Kind(),
            new UNetKind(),
            new SD3TransformerKind(),
            new UViTKind(),
            new VaeKind(true),
            new VaeKind(false),
            new SchedulerKind("scheduler.ddpm"),
            new SchedulerKind("scheduler.ddim"),
            new SchedulerKind("scheduler.pndm"),
            new SchedulerKind("scheduler.dpmsolver_multistep"),
            new SchedulerKind("scheduler.euler_discrete"),
            new SchedulerKind("scheduler.flow_match_euler"),
            new PipelineKind("pipeline.sd"),
            new PipelineKind("pipeline.sd3"),
            new JointStepKind(),
            new TokenizerKind("tokenizer.clip"),
            new TokenizerKind("tokenizer.llama2"),
            new TokenizerKind("tokenizer.llama3"),
            new TokenizerKind("tokenizer.t5"));

    private static final Map<String, ParityKind> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ParityKind::kind, Function.identity()));

    private ParityKinds() {}

    /** The kind that {@code case.json} names, or null if this version of Tandem does not know it. */
    static @Nullable ParityKind find(String name) {
        return BY_NAME.get(name);
    }
}
