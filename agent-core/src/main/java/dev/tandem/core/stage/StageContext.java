package dev.tandem.core.stage;

import dev.tandem.core.tensor.TensorEngine;
import java.nio.file.Path;

/**
 * What a stage is made from.
 *
 * @param folder the model folder, in the Hugging Face layout: a pipeline with {@code model_index.json}, beside {@code llm/}
 * @param config the folder's {@code agent.json}
 * @param engine computes; it outlives the stage
 */
public record StageContext(Path folder, AgentConfig config, TensorEngine engine) {}
