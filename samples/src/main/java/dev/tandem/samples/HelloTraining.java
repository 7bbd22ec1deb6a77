package dev.tandem.samples;

import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Reply;
import dev.tandem.core.tensor.torch.TorchEngine;
import dev.tandem.core.train.StepReport;
import dev.tandem.core.train.TrainConfig;
import dev.tandem.core.train.TrainListener;
import dev.tandem.samples.train.JointDataConfig;
import dev.tandem.samples.train.JointRecipe;
import dev.tandem.samples.train.OwnData;
import dev.tandem.samples.train.TrainingRun;
import java.nio.file.Path;
import java.util.List;

/** Trains a language model and a diffusion model jointly, through the bridge, on dialogues of your own, and lets the result speak. */
public final class HelloTraining {

    private HelloTraining() {}

    /**
     * Trains.
     *
     * @param args the model folder to start from, such as {@code models/default}, a file or folder of dialogues, the number of steps, and the
     *     output folder
     */
    public static void main(String... args) {
        int steps = Integer.parseInt(args[2]);
        Path out = Path.of(args[3]);
        OwnData dialogues = OwnData.builder()
                .files(List.of(Path.of(args[1])))
                .heldOutShare(0.2)
                .build();
        JointRecipe recipe = JointRecipe.builder()
                .model(Path.of(args[0]))
                .data(JointDataConfig.builder().own(dialogues).batch(4).build())
                .training(TrainConfig.builder()
                        .steps(steps)
                        .warmupSteps(1)
                        .logEvery(1)
                        .build())
                .build();
        TrainListener progress = new TrainListener() {
            @Override
            public void logged(StepReport report) {
                System.out.println("step " + report.step() + ": " + report.metrics());
            }
        };
        new TrainingRun(recipe, out).run(TorchEngine.cpu(), progress, () -> false);

        try (PhotoSharingAgent agent = PhotoSharingAgent.builder()
                .model(out.resolve(TrainingRun.MODEL))
                .build()) {
            Reply reply = agent.conversation().say("What did you see on your trip?");
            System.out.println("it says: " + reply.text() + ", and shares " + reply.photos());
        }
    }
}
