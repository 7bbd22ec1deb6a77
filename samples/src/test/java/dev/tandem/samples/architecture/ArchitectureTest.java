package dev.tandem.samples.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.tandem.core.weights.WeightSource;
import org.jspecify.annotations.NullMarked;

/**
 * The layout of docs/architecture.md as rules. This module sees all others, so one class holds them all. Where the code teaches
 * a better layout, change the rule and the page together.
 */
@AnalyzeClasses(packages = "dev.tandem", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String CORE = "dev.tandem.core..";
    private static final String LLM = "dev.tandem.llm..";
    private static final String BRIDGE = "dev.tandem.bridge..";
    private static final String DIFFUSION = "dev.tandem.diffusion..";
    private static final String SAMPLES = "dev.tandem.samples..";
    private static final String LOAD = "dev.tandem.*.load..";
    private static final String TRAIN = "dev.tandem.*.train..";

    @ArchTest
    static final ArchRule core_knows_no_stage = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LLM, BRIDGE, DIFFUSION, SAMPLES)
            .because("core finds the stages through its contracts and the service loader");

    @ArchTest
    static final ArchRule llm_knows_no_other_stage = noClasses()
            .that()
            .resideInAPackage(LLM)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BRIDGE, DIFFUSION, SAMPLES)
            .because("stages meet in the contracts of core.stage only");

    @ArchTest
    static final ArchRule bridge_knows_no_other_stage = noClasses()
            .that()
            .resideInAPackage(BRIDGE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LLM, DIFFUSION, SAMPLES)
            .because("stages meet in the contracts of core.stage only");

    @ArchTest
    static final ArchRule diffusion_knows_no_other_stage = noClasses()
            .that()
            .resideInAPackage(DIFFUSION)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(LLM, BRIDGE, SAMPLES)
            .because("stages meet in the contracts of core.stage only");

    @ArchTest
    static final ArchRule schedulers_know_no_network = noClasses()
            .that()
            .resideInAPackage("dev.tandem.diffusion.schedule..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.tandem.diffusion.unet..",
                    "dev.tandem.diffusion.transformer..",
                    "dev.tandem.diffusion.vae..",
                    "dev.tandem.diffusion.text..",
                    "dev.tandem.diffusion.pipeline..")
            .because("a scheduler is set up, steps and adds noise, whatever predicts");

    @ArchTest
    static final ArchRule only_tensor_torch_knows_libtorch = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tandem.core.tensor.torch..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl.pytorch..", "ai.djl.ndarray..", "ai.djl.engine..")
            .because("a model is written once, against core.tensor");

    @ArchTest
    static final ArchRule only_tensor_onnx_knows_onnx = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tandem.core.tensor.onnx..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnxruntime..", "ai.onnx..", "org.tribuo..")
            .because("a model is written once, against core.tensor");

    @ArchTest
    static final ArchRule tokenizer_library_stays_with_the_tokenizers = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tandem.core.token..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl.huggingface..")
            .because("both sides of the bridge read tokenizers with one class, core.token.TextTokenizer");

    @ArchTest
    static final ArchRule checkpoint_keys_live_in_load = noClasses()
            .that()
            .resideInAnyPackage(LLM, BRIDGE, DIFFUSION)
            .and()
            .resideOutsideOfPackage(LOAD)
            .should()
            .callMethodWhere(readsAWeight())
            .because("an architecture reads like its paper, and a renamed checkpoint is one file's business");

    @ArchTest
    static final ArchRule only_training_knows_training = noClasses()
            .that()
            .resideOutsideOfPackages(TRAIN, SAMPLES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(TRAIN)
            .because("a product that only serves carries no training");

    @ArchTest
    static final ArchRule packages_are_null_marked =
            classes().should(lieInANullMarkedPackage()).because("null is said, not guessed");

    private static DescribedPredicate<JavaCall<?>> readsAWeight() {
        return describe("it reads a weight by its key", call -> {
            JavaClass owner = call.getTargetOwner();
            String method = call.getTarget().getName();
            return owner.isAssignableTo(WeightSource.class) && (method.equals("get") || method.equals("at"))
                    || owner.getPackageName().equals("dev.tandem.core.layer") && method.equals("load");
        });
    }

    private static ArchCondition<JavaClass> lieInANullMarkedPackage() {
        return new ArchCondition<>("lie in a package whose package-info says @NullMarked") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(SimpleConditionEvent.violated(
                            item,
                            item.getPackageName() + " (" + item.getSimpleName()
                                    + ") has no package-info.java with @NullMarked"));
                }
            }
        };
    }
}
