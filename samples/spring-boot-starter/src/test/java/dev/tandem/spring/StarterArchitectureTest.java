package dev.tandem.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The starter stands on what any application sees of core. */
@AnalyzeClasses(packages = "dev.tandem.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class StarterArchitectureTest {

    @ArchTest
    static final ArchRule knows_no_stage_and_no_training = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.tandem.llm..",
                    "dev.tandem.bridge..",
                    "dev.tandem.diffusion..",
                    "dev.tandem.samples..",
                    "dev.tandem.core.train..",
                    "dev.tandem.core.tensor.torch..",
                    "ai.djl..")
            .because("core finds the stages by itself, and an application may bring others");
}
