package dev.tandem.samples.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.core.tensor.DType;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.core.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class VerifyCommandTest {

    private static final String CASE = "vae-decode-sd";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int verify(Object... args) {
        String[] words = Stream.of(args).map(Object::toString).toArray(String[]::new);
        return new CommandLine(new VerifyCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
    }

    /** A copy of a good case, its expected picture changed. */
    private Path changed(UnaryOperator<Tensor> change) throws IOException, URISyntaxException {
        Path from = ParityTest.folder().resolve(CASE);
        Path to = folder.resolve(CASE);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
        Path io = to.resolve("io.safetensors");
        TensorEngine engine = TorchEngine.cpu();
        try (Scope scope = engine.scope()) {
            Safetensors tensors = Safetensors.open(io);
            Map<String, Tensor> all = new LinkedHashMap<>();
            tensors.keys().forEach(key -> all.put(key, tensors.read(engine, key)));
            all.computeIfPresent("out.sample", (key, tensor) -> change.apply(tensor));
            SafetensorsWriter.create().write(io, all);
        }
        return to;
    }

    @Test
    void aGoodCasePassesWithALineOfItsOwn() throws URISyntaxException {
        assertEquals(0, verify(ParityTest.folder().resolve(CASE)), out.toString());
        assertTrue(
                out.toString()
                        .matches(
                                "(?s)vae-decode-sd +vae\\.decode +pass +[0-9.e-]+ of tolerance +\\d+ ms\\R1 cases, 1 passed, 0 failed.*"),
                out.toString());
    }

    @Test
    void oneWrongNumberFails() throws IOException, URISyntaxException {
        Path wrong = changed(t -> {
            float[] values = t.toFloatArray();
            values[5] += 0.01f;
            return t.engine().tensor(values, t.shape());
        });
        assertEquals(1, verify(folder, ParityTest.folder().resolve(CASE)), "a folder of cases, and a case");
        assertTrue(out.toString().contains("sample[0, 0, 0, 5] is "), out.toString());
        assertTrue(out.toString().contains("2 cases, 1 passed, 1 failed"), out.toString());
        assertTrue(Files.isDirectory(wrong));
    }

    @Test
    void notANumberFails() throws IOException, URISyntaxException {
        changed(t -> t.mul(Double.NaN));
        assertEquals(1, verify(folder), out.toString());
    }

    @Test
    void anotherShapeFails() throws IOException, URISyntaxException {
        changed(t -> t.narrow(0, 0, 1).squeeze(0));
        assertEquals(1, verify(folder));
        assertTrue(out.toString().contains("has the shape"), out.toString());
    }

    @Test
    void integersWhereNumbersAreExpectedFail() throws IOException, URISyntaxException {
        changed(t -> t.to(DType.INT64));
        assertEquals(1, verify(folder), out.toString());
    }

    @Test
    void anUnknownKindIsUnsupportedAndCountsAsFailed() throws IOException {
        Files.writeString(
                Files.createDirectory(folder.resolve("new")).resolve("case.json"),
                "{\"kind\": \"alien.forward\", \"outputs\": {}}");
        assertEquals(1, verify(folder, "--json"));
        JsonNode result = new ObjectMapper().readTree(out.toString());
        assertEquals("unsupported", result.path("cases").path(0).path("outcome").asText());
        assertEquals(1, result.path("failed").asInt());
        assertEquals(0, result.path("passed").asInt());
    }

    @Test
    void damagedCasesFailAndTheOthersStillRun() throws IOException, URISyntaxException {
        Files.writeString(changed(t -> t).resolve("io.safetensors"), "not a safetensors file");
        Files.writeString(Files.createDirectory(folder.resolve("broken")).resolve("case.json"), "{");
        assertEquals(1, verify(folder, ParityTest.folder().resolve(CASE)));
        assertTrue(out.toString().contains("3 cases, 1 passed, 2 failed"), out.toString());
        assertTrue(out.toString().contains("is damaged"), out.toString());
    }

    @Test
    void badUsageIsExitCodeTwo() {
        assertEquals(2, verify());
        assertEquals(2, verify(folder), "a folder without cases");
        assertEquals(2, verify(folder.resolve("nowhere")));
        assertTrue(err.toString().contains("there is no folder"), err.toString());
    }
}
