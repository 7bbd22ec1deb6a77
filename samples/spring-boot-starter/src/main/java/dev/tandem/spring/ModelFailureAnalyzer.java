package dev.tandem.spring;

import dev.tandem.core.agent.Models;
import java.nio.file.Path;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in two sentences, and not in a stack trace, why an application without its model does not start. */
final class ModelFailureAnalyzer extends AbstractFailureAnalyzer<ModelNotLoadedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ModelNotLoadedException cause) {
        String action =
                "Set tandem.model to the path of a model folder (one with an agent.json), or leave it out for the embedded default. "
                        + "tandem.image-model is a Stable Diffusion folder in the layout of diffusers. Relative paths begin at "
                        + Path.of("").toAbsolutePath() + ".";
        if (Models.known().isEmpty()) {
            action += " The embedded default is missing on the class path: it is dev.tandem:tandem-models.";
        }
        return new FailureAnalysis("Tandem: " + cause.getMessage(), action, cause);
    }
}
