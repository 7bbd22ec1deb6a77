package dev.tandem.bridge.condition;

import dev.tandem.core.caption.Caption;
import dev.tandem.core.stage.BridgeStage;
import dev.tandem.core.stage.CaptionTokenizer;
import dev.tandem.core.stage.Conditioning;

/**
 * The bridge at inference: the plain tokens s of the caption, whatever matrix the models were trained through. {@link CaptionBridge}
 * conditions on exactly the same tokens; its matrix is for gradients only.
 *
 * @param tokenizer the diffusion model's
 */
record TokenBridge(CaptionTokenizer tokenizer) implements BridgeStage {

    @Override
    public Conditioning condition(Caption caption) {
        return new Conditioning(
                caption.text(), tokenizer.tokenize(caption.text()).ids());
    }
}
