package dev.tandem.samples.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tandem.core.agent.Conversation;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.stage.Cancellation;
import dev.tandem.core.stage.ImageListener;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.samples.train.TinyModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Five hundred turns in one process leave its memory where it was. */
@EnabledOnOs(OS.LINUX)
class SoakTest {

    private static final int MEBI = 1 << 20;

    @TempDir
    Path model;

    @Test
    void manyTurnsAndPhotosFreeWhatTheyMade() throws IOException {
        TinyModelFolder.write(TorchEngine.cpu(), model);
        try (PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .model(model)
                .seed(1L)
                .maxNewTokens(4)
                .steps(2)
                .build()) {
            Conversation conversation = agent.conversation();
            talk(agent, conversation, 100);
            long before = residentBytes();
            talk(agent, conversation, 400);
            long grown = residentBytes() - before;
            // a turn that kept its cache and activations would keep some 100 KiB; a photo, a MiB
            assertTrue(grown < 24L * MEBI, "resident memory grew by " + grown / MEBI + " MiB in 400 turns");
        }
    }

    private static void talk(PhotoSharingAgent agent, Conversation conversation, int turns) {
        for (int i = 0; i < turns; i++) {
            conversation.say("and what did you see on day " + i + "?");
            if (i % 25 == 0) {
                // so that the Java heap touches no new pages, which would hide what is measured
                System.gc();
            }
            if (i % 4 == 0) {
                agent.draw("a red car", agent.imageOptions(), new Cancellation(), ImageListener.NONE);
            }
        }
    }

    private static long residentBytes() throws IOException {
        System.gc();
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
        return Long.parseLong(pages[1]) * 4096;
    }
}
