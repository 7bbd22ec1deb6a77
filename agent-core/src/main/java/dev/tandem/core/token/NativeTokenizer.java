package dev.tandem.core.token;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.tandem.core.stage.Span;
import dev.tandem.core.weights.WeightException;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer of Hugging Face's library, made from the text of a tokenizer.json. Called through DJL's native methods and not through its
 * HuggingFaceTokenizer, which cuts and pads by rules of its own. Safe for several threads; memory is freed by {@link #close} or with the
 * object.
 */
final class NativeTokenizer implements AutoCloseable {

    private static final Cleaner CLEANER = Cleaner.create();
    private static final Span NOTHING = new Span(0, 0);
    private static final char REPLACEMENT = '\uFFFD';

    private final String name;
    private final long handle;
    private final Cleaner.Cleanable memory;
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private boolean closed;

    /**
     * Makes a tokenizer.
     *
     * @param name where it was read, for errors
     * @throws IllegalArgumentException if the library does not accept the text; the message is the library's
     */
    NativeTokenizer(String json, String name) {
        this.name = name;
        LibUtils.checkStatus();
        try {
            handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        long address = handle;
        memory = CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(address));
    }

    Encoded encode(String text, @Nullable String pair, boolean addSpecialTokens) {
        open();
        try {
            long encoding = pair == null
                    ? TokenizersLibrary.LIB.encode(handle, wellFormed(text), addSpecialTokens)
                    : TokenizersLibrary.LIB.encodeDual(handle, wellFormed(text), wellFormed(pair), addSpecialTokens);
            try {
                return read(encoding);
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        } catch (RuntimeException e) {
            throw failed(e);
        } finally {
            use.readLock().unlock();
        }
    }

    private static Encoded read(long encoding) {
        long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
        CharSpan[] places = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
        List<Integer> idList = new ArrayList<>(ids.length);
        List<Span> spans = new ArrayList<>(ids.length);
        List<Integer> mask = new ArrayList<>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            CharSpan place = places[i];
            idList.add((int) ids[i]);
            spans.add(
                    place == null || place.getStart() == place.getEnd()
                            ? NOTHING
                            : new Span(place.getStart(), place.getEnd()));
            mask.add(1);
        }
        return new Encoded(idList, spans, mask);
    }

    String decode(List<Integer> ids, boolean skipSpecialTokens) {
        open();
        try {
            return TokenizersLibrary.LIB.decode(
                    handle, ids.stream().mapToLong(Integer::longValue).toArray(), skipSpecialTokens);
        } catch (RuntimeException e) {
            throw failed(e);
        } finally {
            use.readLock().unlock();
        }
    }

    /** Some faults of a tokenizer show only when it is used, such as an unknown token that it does not have. */
    private WeightException failed(RuntimeException e) {
        return new WeightException(
                "the tokenizer in " + name + " is damaged (" + e.getMessage() + "); copy or download it again", e);
    }

    /** Calls that are under way end before the memory is freed. */
    private void open() {
        use.readLock().lock();
        if (closed) {
            use.readLock().unlock();
            throw new IllegalStateException("the tokenizer is closed");
        }
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            closed = true;
            memory.clean();
        } finally {
            use.writeLock().unlock();
        }
    }

    /** Java's strings may hold halves of surrogate pairs, which UTF-8 cannot. */
    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return repaired(text);
            }
        }
        return text;
    }

    private static String repaired(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> out.appendCodePoint(c <= 0xFFFF && Character.isSurrogate((char) c) ? REPLACEMENT : c));
        return out.toString();
    }
}
