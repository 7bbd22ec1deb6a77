package dev.tandem.samples.server;

import dev.langchain4j.data.message.ChatMessage;
import dev.tandem.core.agent.AgentListener;
import dev.tandem.core.agent.PhotoSharingAgent;
import dev.tandem.core.dialogue.Dialogue;
import dev.tandem.core.dialogue.Reply;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.util.List;

/** {@code POST /v1/chat/completions}. */
final class ChatRoute implements Handler {

    private final PhotoSharingAgent agent;
    private final ModelName model;
    private final ChatReader reader;
    private final Bodies bodies;
    private final Jobs jobs;
    private final PerKey perKey;
    private final Conversations conversations;
    private final Metrics metrics;
    private final Limits limits;

    ChatRoute(
            PhotoSharingAgent agent,
            ModelName model,
            ChatReader reader,
            Bodies bodies,
            Jobs jobs,
            PerKey perKey,
            Conversations conversations,
            Metrics metrics,
            Limits limits) {
        this.agent = agent;
        this.model = model;
        this.reader = reader;
        this.bodies = bodies;
        this.jobs = jobs;
        this.perKey = perKey;
        this.conversations = conversations;
        this.metrics = metrics;
        this.limits = limits;
    }

    @Override
    public void handle(Context context) throws IOException {
        jobs.queue().requirePlace();
        String owner = Access.owner(context);
        try (PerKey.Place place = perKey.take(owner)) {
            answer(context, owner);
        }
    }

    private void answer(Context context, String owner) throws IOException {
        ChatRequest request = bodies.read(context, body -> reader.read(Json.read(body)));
        if (request.conversation() != null) {
            conversations.require(owner, request.conversation());
        }
        try (Bodies.Held held = bodies.hold(pictureBytes(request))) {
            answer(context, owner, request);
        }
    }

    /** Bytes of the pictures that came, which lie there until the answer has ended. */
    private static long pictureBytes(ChatRequest request) {
        return request.said().turns().stream()
                .flatMap(turn -> turn.photos().stream())
                .mapToLong(photo -> photo.png().length)
                .sum();
    }

    private void answer(Context context, String owner, ChatRequest request) {
        ChatJson json = ChatJson.begin(model.id());
        if (request.stream()) {
            EventStream events = new EventStream(context, limits.drain());
            ChatStream stream = new ChatStream(events, json);
            Failures.during(
                    events,
                    () -> jobs.run(
                            job -> {
                                Reply reply = answer(owner, request, stream, job);
                                stream.finish(reply, request.usage());
                                return reply;
                            },
                            events::waiting));
        } else {
            Answers.send(context, json.completion(jobs.run(job -> answer(owner, request, AgentListener.NONE, job))));
        }
    }

    private Reply answer(String owner, ChatRequest request, AgentListener listener, Job job) {
        String id = request.conversation();
        if (id == null) {
            return say(request.said(), request, listener, job);
        }
        List<ChatMessage> known = conversations.messages(owner, id);
        try (Bodies.Held held = bodies.hold(StoredTurn.bytes(known))) {
            StoredTurn turn = StoredTurn.after(known, request.said(), limits);
            Reply reply = say(turn.dialogue(), request, listener, job);
            job.cancellation().check();
            conversations.store(owner, id, known, turn.with(reply));
            return reply;
        }
    }

    private Reply say(Dialogue dialogue, ChatRequest request, AgentListener listener, Job job) {
        Reply reply = agent.next(dialogue, request.options(), agent.imageOptions(), listener, job.cancellation());
        metrics.replied(reply);
        return reply;
    }
}
