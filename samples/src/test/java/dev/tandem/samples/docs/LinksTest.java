package dev.tandem.samples.docs;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages and the messages of the program point to is there. */
class LinksTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
    private static final Pattern HELP = Pattern.compile("troubleshooting\\.md#([\\w-]+)");

    @Test
    void localLinksOfThePagesResolve() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages()) {
            for (MatchResult link :
                    LINK.matcher(Files.readString(page)).results().toList()) {
                String target = link.group(1);
                if (!target.matches("[a-z]+:.*")) {
                    links++;
                    if (!resolves(page, target)) {
                        broken.add(ROOT.relativize(page) + " -> " + target);
                    }
                }
            }
        }
        assertTrue(links > 10, "found only " + links + " links");
        assertEquals(List.of(), broken);
    }

    @Test
    void errorsPointToHeadingsOfTheTroubleshootingPage() throws IOException {
        Set<String> headings = headings(ROOT.resolve("docs/troubleshooting.md"));
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path source : sources()) {
            for (MatchResult link :
                    HELP.matcher(Files.readString(source)).results().toList()) {
                links++;
                if (!headings.contains(link.group(1))) {
                    broken.add(ROOT.relativize(source) + " -> #" + link.group(1));
                }
            }
        }
        assertTrue(links > 0);
        assertEquals(List.of(), broken);
    }

    @Test
    void theLauncherPointsToHeadingsOfTheTroubleshootingPage() throws IOException {
        Set<String> headings = headings(ROOT.resolve("docs/troubleshooting.md"));
        List<String> anchors = Pattern.compile("\\$help#([\\w-]+)")
                .matcher(Files.readString(ROOT.resolve("tandem")))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertFalse(anchors.isEmpty());
        assertTrue(headings.containsAll(anchors), anchors + " are not all among " + headings);
    }

    @Test
    void continuousIntegrationRunsTheTestCommandOfTheReadme() throws IOException {
        String flag = "-Dtandem.require=postgres,browser";
        String readme = Files.readString(ROOT.resolve("README.md"));
        assertTrue(readme.contains("\nmvn -B verify ") && readme.contains(flag));
        assertTrue(
                Files.readString(ROOT.resolve(".ci/run")).contains("\nexec mvn -B verify " + flag + " < /dev/null\n"));
    }

    private static boolean resolves(Path page, String target) throws IOException {
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        Path path = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        return Files.exists(path) && (hash < 0 || headings(path).contains(target.substring(hash + 1)));
    }

    /** Headings as the anchors that GitHub makes of them. */
    private static Set<String> headings(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page))
                .results()
                .map(heading -> heading.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(toSet());
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CHANGELOG.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
        }
        return pages;
    }

    private static List<Path> sources() {
        List<Path> sources = new ArrayList<>(List.of(ROOT.resolve("tandem.cmd")));
        for (String module : List.of(
                "agent-core",
                "agent-llm",
                "agent-bridge",
                "agent-diffusion",
                "models",
                "samples",
                "samples/spring-boot-starter")) {
            Path main = ROOT.resolve(module).resolve("src/main/java");
            if (Files.isDirectory(main)) {
                try (Stream<Path> files = Files.walk(main)) {
                    files.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return sources;
    }
}
