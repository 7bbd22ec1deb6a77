/**
 * Speed and memory at fixed shapes with random weights, to be run beside the same work in another framework. Open
 * {@link dev.tandem.samples.bench.BenchCommand} first.
 */
@NullMarked
package dev.tandem.samples.bench;

import org.jspecify.annotations.NullMarked;
