/**
 * The bridge in joint training: {@link dev.tandem.bridge.train.BridgeTrainer} is the bridge's part of a step, made from
 * {@link dev.tandem.bridge.train.BridgeConfig}.
 */
@NullMarked
package dev.tandem.bridge.train;

import org.jspecify.annotations.NullMarked;
