/**
 * Conversations that outlive the program: LangChain4j's chat memory in a database, with the photos that were shared.
 *
 * <p>Messages come in and go out through {@link dev.tandem.core.memory.JdbcChatMemoryStore}; start there.
 */
@NullMarked
package dev.tandem.core.memory;

import org.jspecify.annotations.NullMarked;
