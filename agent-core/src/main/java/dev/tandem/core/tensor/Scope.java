package dev.tandem.core.tensor;

/**
 * Owns the tensors made while it is the current scope of its thread, and frees their native memory when it is closed.
 *
 * <p>Results belong to the current scope whatever their operands belong to, so a request or a training step never leaks into a
 * model's life:
 *
 * <pre>{@code
 * try (Scope scope = engine.scope()) {
 *     Tensor logits = llama.forward(ids);
 *     return scope.keep(logits.argmax(-1));   // moved to the enclosing scope
 * }
 * }</pre>
 *
 * Scopes of one thread close in the reverse order of opening. A model's weights live in a scope that its owner closes.
 */
public interface Scope extends AutoCloseable {

    /**
     * Moves a tensor into the scope that encloses this one, so that it outlives this scope.
     *
     * @throws IllegalStateException if this is the outermost scope of its thread
     */
    Tensor keep(Tensor tensor);

    /**
     * Moves a tensor into this scope, which need not be the current one: how caches and weights get their owner.
     *
     * @return the same tensor
     */
    Tensor adopt(Tensor tensor);

    /**
     * Makes this scope current no longer, without freeing anything: for a scope that lives as long as a model, opened while
     * loading. Closing it frees its tensors as ever.
     *
     * @return this scope
     */
    Scope detach();

    /** How many tensors the scope owns now. */
    int size();

    /** Frees everything that the scope owns. Closing twice is harmless. */
    @Override
    void close();
}
