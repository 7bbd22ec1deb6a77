/**
 * Model folders in, ready decoders out: {@code config.json} becomes a {@link dev.tandem.llm.model.LlamaConfig}, checkpoint keys
 * become layers. Open {@link dev.tandem.llm.load.LlamaLoader} first. Checkpoint keys are written down only here.
 */
@NullMarked
package dev.tandem.llm.load;

import org.jspecify.annotations.NullMarked;
