package dev.tandem.samples.server;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Names that nobody can guess. */
final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 16;

    private Ids() {}

    /** 128 random bits as 32 hexadecimal digits. */
    static String fresh() {
        return HexFormat.of().formatHex(random(BYTES));
    }

    static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
