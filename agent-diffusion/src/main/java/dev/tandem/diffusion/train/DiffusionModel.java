package dev.tandem.diffusion.train;

import dev.tandem.core.tensor.Tensor;
import dev.tandem.core.tensor.TensorEngine;
import dev.tandem.core.weights.Parameters;
import dev.tandem.core.weights.WeightSource;
import dev.tandem.diffusion.load.ClipTextLoader;
import dev.tandem.diffusion.load.UNetLoader;
import dev.tandem.diffusion.text.ClipTextConfig;
import dev.tandem.diffusion.text.ClipTextModel;
import dev.tandem.diffusion.unet.UNet2DCondition;
import dev.tandem.diffusion.unet.UNetConfig;
import java.util.Map;

/** A denoiser and its text encoder, with their weights by checkpoint key. */
public final class DiffusionModel implements AutoCloseable {

    private final ClipTextModel text;
    private final UNet2DCondition unet;
    private final Parameters textParameters;
    private final Parameters unetParameters;

    private DiffusionModel(
            ClipTextModel text, Parameters textParameters, UNet2DCondition unet, Parameters unetParameters) {
        this.text = text;
        this.textParameters = textParameters;
        this.unet = unet;
        this.unetParameters = unetParameters;
    }

    /**
     * Builds both.
     *
     * @param textWeights of the text encoder, from a file or drawn afresh
     * @param unetWeights of the denoiser
     * @throws IllegalArgumentException if the text encoder's width is not the one that the denoiser attends to
     */
    public static DiffusionModel build(
            TensorEngine engine,
            ClipTextConfig textConfig,
            WeightSource textWeights,
            UNetConfig unetConfig,
            WeightSource unetWeights) {
        for (int width : unetConfig.crossAttentionDim()) {
            if (width != textConfig.hiddenSize()) {
                throw new IllegalArgumentException("the denoiser's cross_attention_dim is " + width
                        + ", the text encoder's hidden_size " + textConfig.hiddenSize() + "; they must be equal");
            }
        }
        Parameters textParameters = new Parameters(textWeights);
        Parameters unetParameters = new Parameters(unetWeights);
        ClipTextModel text = ClipTextLoader.build(engine, textConfig, textParameters);
        try {
            UNet2DCondition unet = UNetLoader.build(engine, unetConfig, unetParameters);
            return new DiffusionModel(text, textParameters, unet, unetParameters);
        } catch (RuntimeException | Error e) {
            text.close();
            throw e;
        }
    }

    public ClipTextModel text() {
        return text;
    }

    public UNet2DCondition unet() {
        return unet;
    }

    public Map<String, Tensor> textParameters() {
        return textParameters.asMap();
    }

    public Map<String, Tensor> unetParameters() {
        return unetParameters.asMap();
    }

    @Override
    public void close() {
        unet.close();
        text.close();
    }
}
