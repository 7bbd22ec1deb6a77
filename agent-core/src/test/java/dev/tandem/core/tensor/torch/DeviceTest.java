package dev.tandem.core.tensor.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import dev.tandem.core.tensor.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceTest {

    @Test
    void namesOfDevices() {
        assertEquals(Device.CPU, Device.parse("cpu"));
        assertEquals(Device.cuda(0), Device.parse("cuda"));
        assertEquals(Device.cuda(1), Device.parse("cuda:1"));
        assertEquals("cuda:1", Device.cuda(1).toString());
        for (String wrong : List.of("", "gpu", "CUDA", "cuda:", "cuda:-1", "cuda:1x", "cpu:0")) {
            assertThrows(IllegalArgumentException.class, () -> Device.parse(wrong), wrong);
        }
    }

    @Test
    void aLibtorchWithoutCudaSaysSoAndWhatToDo() {
        assumeFalse(Engine.getEngine("PyTorch").hasCapability(StandardCapabilities.CUDA));
        String message =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> TorchEngine.on(Device.cuda(1)))
                        .getMessage());
        for (String part : List.of("there is no cuda:1", "computes on the CPU only", "troubleshooting.md#cuda")) {
            assertTrue(message.contains(part), message);
        }
    }
}
