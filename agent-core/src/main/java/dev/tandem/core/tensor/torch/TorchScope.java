package dev.tandem.core.tensor.torch;

import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Owns tensors and packed matrices by identity. The scopes of a thread form a chain; the innermost is {@link #current()}. */
final class TorchScope implements Scope {

    /** What a scope frees. */
    interface Owned {

        void free();
    }

    private static final ThreadLocal<@Nullable TorchScope> CURRENT = new ThreadLocal<>();

    private final Set<Owned> owned = Collections.newSetFromMap(new IdentityHashMap<>());
    private final @Nullable TorchScope parent;
    private boolean attached = true;
    private boolean closed;

    private TorchScope(@Nullable TorchScope parent) {
        this.parent = parent;
    }

    static TorchScope open() {
        TorchScope scope = new TorchScope(CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    static boolean isOpen() {
        return CURRENT.get() != null;
    }

    static TorchScope current() {
        TorchScope scope = CURRENT.get();
        if (scope == null) {
            throw new IllegalStateException(
                    "no scope is open on this thread; wrap the call in try (Scope scope = engine.scope()) { ... }");
        }
        return scope;
    }

    synchronized void own(TorchTensor tensor) {
        own((Owned) tensor);
        tensor.owner = this;
    }

    synchronized void own(Owned thing) {
        if (closed) {
            thing.free();
            throw new IllegalStateException("the scope is closed; nothing can be moved into it");
        }
        owned.add(thing);
    }

    synchronized void disown(TorchTensor tensor) {
        owned.remove(tensor);
    }

    @Override
    public Tensor keep(Tensor tensor) {
        if (parent == null) {
            throw new IllegalStateException(
                    "this is the outermost scope of its thread: there is no enclosing scope to keep a tensor in");
        }
        return parent.adopt(tensor);
    }

    @Override
    public Tensor adopt(Tensor tensor) {
        TorchTensor torch = TorchTensor.of(tensor);
        TorchScope owner = torch.owner;
        if (owner != this) {
            owner.disown(torch);
            own(torch);
        }
        return tensor;
    }

    @Override
    public Scope detach() {
        leave();
        return this;
    }

    private void leave() {
        if (attached) {
            if (CURRENT.get() != this) {
                throw new IllegalStateException(
                        "scopes close in the reverse order of opening, on the thread that opened them; an inner scope is still open");
            }
            CURRENT.set(parent);
            attached = false;
        }
    }

    @Override
    public synchronized int size() {
        return owned.size();
    }

    @Override
    public void close() {
        leave();
        List<Owned> things;
        synchronized (this) {
            closed = true;
            things = List.copyOf(owned);
            owned.clear();
        }
        things.forEach(Owned::free);
    }
}
