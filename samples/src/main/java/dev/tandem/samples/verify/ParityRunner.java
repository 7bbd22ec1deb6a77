package dev.tandem.samples.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import dev.tandem.core.config.OneLine;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Safetensors;
import dev.tandem.samples.verify.ParityResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs parity cases: reads the folder, computes with the product's code, compares with the reference's outputs. */
final class ParityRunner {

    /** Python writes -Infinity into configurations. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private static final long MAX_DESCRIPTION = 64L << 20;
    private static final String DESCRIPTION = "case.json";
    private static final String TENSORS = "io.safetensors";
    private static final String OUT = "out.";

    private final TensorEngine engine;

    ParityRunner(TensorEngine engine) {
        this.engine = engine;
    }

    /**
     * The cases of a folder, by name: itself if it is a case, else the folders in it that are.
     *
     * @throws IOException if the folder cannot be read
     */
    static List<Path> cases(Path folder) throws IOException {
        if (Files.exists(folder.resolve(DESCRIPTION))) {
            return List.of(folder);
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> Files.exists(entry.resolve(DESCRIPTION)))
                    .sorted()
                    .toList();
        }
    }

    /** Runs one case; whatever goes wrong in it becomes a failed result. */
    ParityResult run(Path folder) {
        long start = System.nanoTime();
        String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        String kind = "";
        Outcome outcome = Outcome.FAILED;
        double worst = Double.POSITIVE_INFINITY;
        String message = "";
        try (Scope scope = engine.scope()) {
            JsonNode description = description(folder);
            kind = description.path("kind").asText();
            ParityKind found = ParityKinds.find(kind);
            if (found == null) {
                outcome = Outcome.UNSUPPORTED;
                message = "this version of Tandem has no kind '" + kind + "'";
            } else {
                Deviation deviation = compute(found, new ParityCase(folder, description, tensors(folder), engine));
                worst = deviation.share();
                message = deviation.share() <= 1 ? "" : deviation.message();
                outcome = deviation.share() <= 1 ? Outcome.PASSED : Outcome.FAILED;
            }
        } catch (ParityMismatch e) {
            message = String.valueOf(e.getMessage());
        } catch (JsonProcessingException e) {
            message = DESCRIPTION + " is not JSON (" + e.getOriginalMessage() + ")";
        } catch (IOException | RuntimeException e) {
            message = e.getClass().getSimpleName() + ": " + e.getMessage();
        }
        return new ParityResult(
                name,
                kind,
                outcome,
                worst,
                OneLine.of(message),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    private static Deviation compute(ParityKind kind, ParityCase parityCase) {
        JsonNode tolerances = parityCase.description().path("outputs");
        TreeSet<String> expected = parityCase.tensors().keySet().stream()
                .filter(key -> key.startsWith(OUT))
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> promised = new TreeSet<>();
        tolerances.fieldNames().forEachRemaining(promised::add);
        if (!expected.equals(promised)) {
            throw new ParityMismatch(
                    TENSORS + " holds the outputs " + expected + ", " + DESCRIPTION + " speaks of " + promised);
        }
        if (expected.isEmpty() && !parityCase.tensors().isEmpty()) {
            throw new ParityMismatch(TENSORS + " holds no output to compare with");
        }
        Map<String, Tensor> actual = kind.run(parityCase);
        Deviation worst = Deviation.NONE;
        for (String key : expected) {
            String name = key.substring(OUT.length());
            Tensor output = actual.get(name);
            if (output == null) {
                throw new ParityMismatch("there is no output '" + name + "', only " + new TreeSet<>(actual.keySet()));
            }
            JsonNode tolerance = tolerances.path(key);
            Tensor reference = Objects.requireNonNull(parityCase.tensors().get(key));
            worst = worst.or(Deviation.of(
                    name, output, reference, number(tolerance, key, "atol"), number(tolerance, key, "rtol")));
        }
        return worst;
    }

    private static double number(JsonNode tolerance, String key, String field) {
        JsonNode value = tolerance.path(field);
        if (!value.isNumber() || !(value.asDouble() >= 0)) {
            throw new ParityMismatch(DESCRIPTION + " has no '" + field + "' of zero or more for " + key);
        }
        return value.asDouble();
    }

    private static JsonNode description(Path folder) throws IOException {
        Path file = folder.resolve(DESCRIPTION);
        if (Files.size(file) > MAX_DESCRIPTION) {
            throw new ParityMismatch(DESCRIPTION + " is larger than " + (MAX_DESCRIPTION >> 20) + " MiB");
        }
        JsonNode description = JSON.readTree(Files.readAllBytes(file));
        if (description == null || description.path("kind").getNodeType() != JsonNodeType.STRING) {
            throw new ParityMismatch(DESCRIPTION + " names no kind");
        }
        return description;
    }

    private Map<String, Tensor> tensors(Path folder) {
        Path file = folder.resolve(TENSORS);
        if (!Files.exists(file)) {
            return Map.of();
        }
        Safetensors tensors = Safetensors.open(file);
        Map<String, Tensor> all = new LinkedHashMap<>();
        tensors.keys().forEach(key -> all.put(key, tensors.read(engine, key)));
        return all;
    }
}
