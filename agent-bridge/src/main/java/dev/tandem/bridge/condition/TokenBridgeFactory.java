package dev.tandem.bridge.condition;

import dev.tandem.core.stage.AgentConfig;
import dev.tandem.core.stage.BridgeStage;
import dev.tandem.core.stage.BridgeStageFactory;
import dev.tandem.core.stage.CaptionDecoder;
import dev.tandem.core.stage.CaptionTokenizer;
import java.util.Set;

/** Makes the bridge that feeds plain tokens; found by {@link java.util.ServiceLoader}. */
public final class TokenBridgeFactory implements BridgeStageFactory {

    private static final Set<String> MATRICES = Set.of("sentence", "word", "lexical", "none");

    @Override
    public boolean supports(AgentConfig.Bridge bridge) {
        return MATRICES.contains(bridge.matrix());
    }

    @Override
    public BridgeStage create(AgentConfig.Bridge bridge, CaptionDecoder language, CaptionTokenizer image) {
        return new TokenBridge(image);
    }
}
