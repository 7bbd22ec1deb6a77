/**
 * {@code ./tandem serve}: the agent behind HTTP, in the formats of OpenAI's API, so that its clients work as they are.
 *
 * <p>Open {@link dev.tandem.samples.server.ServeCommand} for what it can do, {@code TandemServer} for how it is put together.
 */
@NullMarked
package dev.tandem.samples.server;

import org.jspecify.annotations.NullMarked;
