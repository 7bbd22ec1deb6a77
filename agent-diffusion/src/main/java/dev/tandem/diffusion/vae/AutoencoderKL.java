package dev.tandem.diffusion.vae;

import dev.tandem.core.layer.Conv2d;
import dev.tandem.core.tensor.Scope;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The autoencoder of latent diffusion (Rombach et al. 2022, section 3.1), equal to diffusers' {@code AutoencoderKL}: convolutions with
 * attention in the middle, a Gaussian over the latents, trained with a slight pull towards the standard normal distribution.
 *
 * <p>Latents come in two scales: raw ones, which {@link #encode} and {@link #decode} speak, and those that the diffusion model sees,
 * {@code (raw - shift) scale}, made by {@link #toDiffusion} and undone by {@link #fromDiffusion}.
 */
public final class AutoencoderKL implements AutoCloseable {

    private static final double MIN_LOGVAR = -30;
    private static final double MAX_LOGVAR = 20;

    /**
     * The layers.
     *
     * @param encoder picture to mean and log variance
     * @param quant 1 x 1 after the encoder, or null
     * @param postQuant 1 x 1 before the decoder, or null
     * @param decoder latents to picture
     */
    public record Layers(
            Encoder encoder,
            @Nullable Conv2d quant,
            @Nullable Conv2d postQuant,
            Decoder decoder) {}

    private final VaeConfig config;
    private final Layers layers;
    private final Scope weights;

    /**
     * Puts an autoencoder together; {@code diffusion.load} does it from a checkpoint.
     *
     * @param weights owns the layers' tensors and is closed with this object
     */
    public AutoencoderKL(VaeConfig config, Layers layers, Scope weights) {
        this.config = config;
        this.layers = layers;
        this.weights = weights;
    }

    public VaeConfig config() {
        return config;
    }

    /**
     * Encodes pictures.
     *
     * @param pictures [B, 3, h, w] in [-1, 1]; where h or w is no multiple of {@link VaeConfig#downscale()}, the rest is lost
     * @return raw latents' distribution, [B, C, h', w']
     */
    public LatentGaussian encode(Tensor pictures) {
        require("pictures", pictures, config.inChannels());
        Tensor moments = layers.encoder().apply(pictures);
        Conv2d quant = layers.quant();
        List<Tensor> parts = (quant == null ? moments : quant.apply(moments)).chunk(2, 1);
        return new LatentGaussian(parts.get(0), parts.get(1).clamp(MIN_LOGVAR, MAX_LOGVAR));
    }

    /**
     * Decodes latents.
     *
     * @param latents raw, [B, C, h', w']
     * @return pictures [B, 3, h, w], about in [-1, 1]
     */
    public Tensor decode(Tensor latents) {
        require("latents", latents, config.latentChannels());
        Conv2d postQuant = layers.postQuant();
        return layers.decoder().apply(postQuant == null ? latents : postQuant.apply(latents));
    }

    /** Raw latents to those that the diffusion model sees. */
    public Tensor toDiffusion(Tensor raw) {
        Tensor shifted = config.shiftFactor() == 0 ? raw : raw.sub(config.shiftFactor());
        return shifted.mul(config.scalingFactor());
    }

    /** Latents that the diffusion model sees to raw ones. */
    public Tensor fromDiffusion(Tensor latents) {
        Tensor raw = latents.div(config.scalingFactor());
        return config.shiftFactor() == 0 ? raw : raw.add(config.shiftFactor());
    }

    private static void require(String what, Tensor x, int channels) {
        if (x.rank() != 4 || x.size(1) != channels) {
            throw new IllegalArgumentException(
                    what + " must have the shape [B, " + channels + ", h, w], got " + Shapes.toString(x.shape()));
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
