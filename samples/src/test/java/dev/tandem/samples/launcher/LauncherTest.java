package dev.tandem.samples.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a project of a few empty files, with a {@code java} and a {@code mvn} that only say how they were called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    private static final Path SCRIPT = Path.of("").toAbsolutePath().getParent().resolve("tandem");

    @TempDir
    Path folder;

    private Path project;
    private Path jdk;
    private Path bin;

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectories(folder.resolve("a project"));
        Files.copy(SCRIPT, project.resolve("tandem"), StandardCopyOption.COPY_ATTRIBUTES);
        write("pom.xml", "");
        write("agent-core/pom.xml", "");
        write("agent-core/src/main/java/Core.java", "");
        write("samples/pom.xml", "");
        write("samples/src/main/java/Main.java", "");
        write("models/pom.xml", "");

        jdk = folder.resolve("jdk");
        script(jdk.resolve("bin/java"), """
                if [ "$1" = -version ]; then echo 'openjdk version "17.0.9" 2023-10-17' >&2; exit; fi
                echo "threads $OMP_NUM_THREADS $OMP_WAIT_POLICY"
                main=
                for each in "$@"; do
                    [ -z "$main" ] || printf '<%s>\\n' "$each"
                    [ "$each" != dev.tandem.samples.cli.Main ] || main=yes
                done
                exit 7
                """);
        script(jdk.resolve("bin/javac"), "");
        bin = folder.resolve("bin");
        script(bin.resolve("mvn"), """
                if [ "$1" = -v ]; then echo 'Apache Maven 3.8.7'; exit; fi
                echo build >> calls
                [ ! -e broken ] || { echo 'the compiler is sad'; exit 1; }
                mkdir -p samples/target agent-core/target models/target
                for module in samples agent-core models; do : > $module/target/tandem-$module.jar; done
                printf '%s' "$PWD/pom.xml" > samples/target/libraries.txt
                """);
    }

    @Test
    void buildsOnceAndSaysSo() throws Exception {
        Run first = run("chat");
        assertTrue(first.errors().startsWith("tandem: building (first start"), first.errors());
        Run second = run("chat");
        assertEquals("", second.errors());
        assertEquals(1, builds());
    }

    @Test
    void passesArgumentsAndExitCodeOn() throws Exception {
        Run run = run("draw", "a dog  on a 'beach'", "", "--out", "*", "$HOME", "\\n");
        assertEquals(
                List.of("<draw>", "<a dog  on a 'beach'>", "<>", "<--out>", "<*>", "<$HOME>", "<\\n>"),
                run.lines().subList(1, 8));
        assertEquals(7, run.code());
    }

    @Test
    void buildsAgainWhenASourceIsNewerOrGone() throws Exception {
        run("chat");
        Path source = project.resolve("agent-core/src/main/java/Core.java");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        assertTrue(run("chat").errors().contains("agent-core/src/main/java/Core.java has changed"));
        Files.delete(source);
        Files.setLastModifiedTime(
                source.getParent(), FileTime.from(Instant.now().plusSeconds(5)));
        assertTrue(run("chat").errors().contains("agent-core/src/main/java has changed"));
        assertEquals(3, builds());
    }

    @Test
    void buildsAgainWhenALibraryIsGone() throws Exception {
        run("chat");
        Path list = project.resolve(".tandem/classpath");
        Files.writeString(list, Files.readString(list).strip() + ":" + folder.resolve("gone.jar") + "\n");
        assertTrue(run("chat").errors().contains("a library that was there is gone"));
    }

    @Test
    void aRunningProgramKeepsItsJars() throws Exception {
        run("chat");
        String before = Files.readString(project.resolve(".tandem/classpath"));
        Files.setLastModifiedTime(
                project.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
        run("chat");
        assertFalse(before.equals(Files.readString(project.resolve(".tandem/classpath"))));
        assertTrue(Files.exists(Path.of(before.strip().split(":")[0])));
    }

    @Test
    void aFailedBuildShowsItsLastLinesAndIsNotTakenForDone() throws Exception {
        write("broken", "");
        Run failed = run("chat");
        assertEquals(2, failed.code());
        assertTrue(failed.errors().contains("the compiler is sad"), failed.errors());
        assertTrue(
                failed.errors()
                        .contains(
                                project.toRealPath().resolve(".tandem/build.log") + " (docs/troubleshooting.md#build)"),
                failed.errors());
        Files.delete(project.resolve("broken"));
        assertEquals(7, run("chat").code());
    }

    @Test
    void waitsForNobodyWhoIsGone() throws Exception {
        write(".tandem/lock/pid", "999999999\n");
        assertEquals(7, run("chat").code());
    }

    @Test
    void trainingTakesTheMachineAndTalkingSharesIt() throws Exception {
        String training = run("train").lines().get(0);
        assertTrue(training.matches("threads [1-9]\\d* ACTIVE"), training);
        String talking = run("chat").lines().get(0);
        assertTrue(talking.matches("threads [1-9]\\d* PASSIVE"), talking);
        assertTrue(threads(talking) <= Math.max(1, threads(training) / 2), talking + ", but training " + training);
    }

    private static int threads(String line) {
        return Integer.parseInt(line.split(" ")[1]);
    }

    @Test
    void whatTheUserSetForThreadsWins() throws Exception {
        Run run = run(Map.of("OMP_NUM_THREADS", "3", "OMP_WAIT_POLICY", "PASSIVE"), "train");
        assertEquals("threads 3 PASSIVE", run.lines().get(0));
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Run noJava = run(Map.of("JAVA_HOME", folder.resolve("nowhere").toString()), "chat");
        assertEquals(2, noJava.code());
        assertTrue(noJava.errors().contains("there is no bin/java in it"), noJava.errors());

        script(bin.resolve("mvn"), "echo 'Apache Maven 3.6.3'");
        Run oldMaven = run("chat");
        assertEquals(2, oldMaven.code());
        assertTrue(
                oldMaven.errors().contains("mvn is version 3.6; building takes Maven 3.8 or newer"), oldMaven.errors());

        Files.delete(jdk.resolve("bin/javac"));
        Run noCompiler = run("chat");
        assertEquals(2, noCompiler.code());
        assertTrue(noCompiler.errors().contains("holds no compiler"), noCompiler.errors());

        script(jdk.resolve("bin/java"), "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
        Files.delete(project.resolve(".tandem/java"));
        Run oldJava = run("chat");
        assertEquals(2, oldJava.code());
        assertTrue(oldJava.errors().contains("is version 11; Tandem needs Java 17 or newer"), oldJava.errors());
    }

    private record Run(int code, List<String> lines, String errors) {}

    private Run run(String... arguments) throws Exception {
        return run(Map.of(), arguments);
    }

    private Run run(Map<String, String> variables, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(project.resolve("tandem").toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path errors = folder.resolve("errors");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
        builder.environment()
                .keySet()
                .removeAll(List.of("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "TANDEM_JAVA_OPTS", "JAVA_TOOL_OPTIONS"));
        builder.environment().merge("PATH", "", (path, none) -> bin + ":" + path);
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().putAll(variables);
        Process process = builder.start();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the launcher hangs");
        return new Run(
                process.exitValue(), Files.readString(out, UTF_8).lines().toList(), Files.readString(errors, UTF_8));
    }

    private long builds() throws IOException {
        return Files.readString(project.resolve("calls")).lines().count();
    }

    private void write(String name, String text) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body);
        assertTrue(file.toFile().setExecutable(true));
    }
}
