package dev.tandem.samples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.core.tensor.Tensor;
import dev.tandem.diffusion.load.SafetyCheckerFolder;
import dev.tandem.diffusion.vision.SafetyChecker;
import java.util.List;
import java.util.Map;

/** {@code safety.checker}: how near pictures lie to a safety checker's concepts; which it flags is compared exactly. */
final class SafetyCheckerKind implements ParityKind {

    @Override
    public String kind() {
        return "safety.checker";
    }

    @Override
    public Map<String, Tensor> run(ParityCase parityCase) {
        try (SafetyChecker checker = SafetyCheckerFolder.of(parityCase.model()).checker(parityCase.engine())) {
            Tensor pixels = parityCase.input("pixel_values");
            List<SafetyChecker.Scores> scores = checker.check(pixels, 0);
            JsonNode said = parityCase.args().path("said");
            if (said.size() != scores.size()) {
                throw new ParityMismatch("case.json judges " + said.size() + " pictures of " + scores.size());
            }
            for (int i = 0; i < scores.size(); i++) {
                compare(
                        "picture " + i + ": special_scores",
                        said.path(i).path("special_scores"),
                        scores.get(i).specialCare());
                compare(
                        "picture " + i + ": concept_scores",
                        said.path(i).path("concept_scores"),
                        scores.get(i).concepts());
                if (said.path(i).path("flagged").asBoolean() != scores.get(i).flagged()) {
                    throw new ParityMismatch(
                            "picture " + i + " is " + (scores.get(i).flagged() ? "" : "not ") + "flagged");
                }
            }
            SafetyChecker.Cosines cosines = checker.cosines(pixels);
            return Map.of("special_care", cosines.specialCare(), "concepts", cosines.concepts());
        }
    }

    /** Both have three digits. */
    private static void compare(String what, JsonNode expected, List<Double> found) {
        boolean equal = expected.size() == found.size();
        for (int i = 0; equal && i < found.size(); i++) {
            equal = Math.round(expected.path(i).asDouble() * 1000) == Math.round(found.get(i) * 1000);
        }
        if (!equal) {
            throw new ParityMismatch(what + " are " + found + ", not " + expected);
        }
    }
}
