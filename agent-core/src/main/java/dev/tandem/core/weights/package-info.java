/**
 * Reading and writing weights: safetensors files, model folders in the Hugging Face layout, and the sources that a model takes
 * its tensors from. Open {@link dev.tandem.core.weights.WeightSource} first.
 */
@NullMarked
package dev.tandem.core.weights;

import org.jspecify.annotations.NullMarked;
