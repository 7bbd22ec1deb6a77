/**
 * The agent: in comes a dialogue and what the person says next; out goes a {@link dev.tandem.core.dialogue.Reply} with words and
 * photos, by way of the three stages.
 *
 * <p>Open {@link dev.tandem.core.agent.PhotoSharingAgent} first.
 */
@NullMarked
package dev.tandem.core.agent;

import org.jspecify.annotations.NullMarked;
