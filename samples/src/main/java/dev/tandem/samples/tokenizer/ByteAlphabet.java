package dev.tandem.samples.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A printable character for each of the 256 bytes (Radford et al. 2019): printable Latin-1 bytes stand for themselves, the others take the
 * code points from 256 on, in order.
 */
final class ByteAlphabet {

    private static final String[] SYMBOLS = new String[256];
    private static final List<String> IN_ORDER = new ArrayList<>(256);

    static {
        List<Integer> others = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            if ((b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae) {
                SYMBOLS[b] = Character.toString(b);
                IN_ORDER.add(SYMBOLS[b]);
            } else {
                others.add(b);
            }
        }
        for (int i = 0; i < others.size(); i++) {
            SYMBOLS[others.get(i)] = Character.toString(256 + i);
            IN_ORDER.add(SYMBOLS[others.get(i)]);
        }
    }

    private ByteAlphabet() {}

    /** All symbols in the order in which published vocabularies list them. */
    static List<String> symbols() {
        return List.copyOf(IN_ORDER);
    }

    /** The symbols of a text's UTF-8 bytes. */
    static List<String> spell(String text) {
        List<String> symbols = new ArrayList<>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(SYMBOLS[b & 0xff]);
        }
        return symbols;
    }
}
