/**
 * From model folders to networks: the checkpoint keys and configuration fields of diffusers and transformers live here and nowhere else.
 * In come configuration files and a {@link dev.tandem.core.weights.WeightSource}, out go networks. Open
 * {@link dev.tandem.diffusion.load.VaeLoader} first.
 */
@NullMarked
package dev.tandem.diffusion.load;

import org.jspecify.annotations.NullMarked;
