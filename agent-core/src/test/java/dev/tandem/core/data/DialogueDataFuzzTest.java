package dev.tandem.core.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tandem.core.weights.DamagedInput;
import java.nio.file.Path;

/** Whatever a file of dialogues holds, it is refused in one line or read. JAZZER_FUZZ=1 searches for new inputs. */
class DialogueDataFuzzTest {

    @FuzzTest
    void read(byte[] bytes) {
        check(bytes);
    }

    static boolean check(byte[] bytes) {
        Path file = DamagedInput.file("dialogues.jsonl", bytes);
        Path folder = file.toAbsolutePath().getParent();
        return DamagedInput.accepted(() -> {
            DataReport report = DialogueData.builder(file)
                    .missing(MissingPhotos.SKIP_PHOTO)
                    .agent(AgentSide.BOTH)
                    .checkPictures(true)
                    .build()
                    .read(dialogue -> {
                        dialogue.toDialogue();
                        dialogue.turns().stream()
                                .flatMap(turn -> turn.photo().stream())
                                .filter(photo -> !photo.file().normalize().startsWith(folder))
                                .forEach(photo -> {
                                    throw new AssertionError(photo + " lies outside of the folder");
                                });
                    });
            if (report.given() != 2 * (report.read() - report.skipped()) || report.usable() < 0) {
                throw new AssertionError("the counts of " + report + " do not agree");
            }
        });
    }
}
