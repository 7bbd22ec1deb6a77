package dev.tandem.core.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which Tandem this is. */
public final class Version {

    private static final String TANDEM = read();

    private Version() {}

    /** The version of the jar, such as {@code 0.1.0}; {@code development} where classes were not packed into one. */
    public static String tandem() {
        return TANDEM;
    }

    private static String read() {
        try (InputStream in =
                Version.class.getResourceAsStream("/META-INF/maven/dev.tandem/tandem-agent-core/pom.properties")) {
            if (in == null) {
                return "development";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "development");
        } catch (IOException e) {
            return "development";
        }
    }
}
