package dev.tandem.bridge;

import dev.tandem.core.tensor.GradientTape;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** An engine that writes down the shape of every tensor that is made through it. */
public final class RecordingEngine {

    private final TensorEngine engine;
    private final Map<Object, Object> realOf = new IdentityHashMap<>();
    private final List<long[]> shapes = new ArrayList<>();

    public RecordingEngine(TensorEngine real) {
        this.engine = wrap(TensorEngine.class, real);
    }

    public TensorEngine engine() {
        return engine;
    }

    /** Shapes so far, in the order of making. */
    public List<long[]> shapes() {
        return shapes;
    }

    /** A tensor that exists, seen through this engine. */
    public Tensor seen(Tensor tensor) {
        return wrap(Tensor.class, tensor);
    }

    private <T> T wrap(Class<T> type, T target) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("engine")) {
                return engine();
            }
            Object[] plain = arguments == null
                    ? null
                    : java.util.Arrays.stream(arguments).map(this::unwrap).toArray();
            try {
                return record(method.invoke(target, plain));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        T proxy = type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        realOf.put(proxy, target);
        return proxy;
    }

    private Object unwrap(Object argument) {
        if (argument instanceof List<?> list) {
            return list.stream().map(this::unwrap).toList();
        }
        return realOf.getOrDefault(argument, argument);
    }

    private Object record(Object result) {
        if (result instanceof Tensor tensor) {
            shapes.add(tensor.shape());
            return wrap(Tensor.class, tensor);
        }
        if (result instanceof Scope scope) {
            return wrap(Scope.class, scope);
        }
        return result instanceof GradientTape tape ? wrap(GradientTape.class, tape) : result;
    }
}
