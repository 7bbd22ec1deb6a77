package dev.tandem.samples.server;

import java.util.List;

/**
 * How a server runs.
 *
 * @param host address that it listens at
 * @param port 0 for any that is free
 * @param modelId by which requests ask for the model
 * @param keys who may ask
 * @param origins of other pages that may ask
 * @param queue how many requests may wait
 * @param parallel how many photos are drawn at a time
 * @param perKey how many requests of one key may be under way
 */
record ServerSettings(
        String host,
        int port,
        String modelId,
        ApiKeys keys,
        List<String> origins,
        int queue,
        int parallel,
        int perKey,
        Limits limits) {}
