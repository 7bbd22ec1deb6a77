// Server-sent events of a fetch response (EventSource can neither post nor send a key).

/** Yields { event, data } for each event, and { comment } for each comment, until the stream ends. */
export async function* serverEvents(response) {
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = '';
    let event = '';
    let data = [];
    try {
        for (;;) {
            const { done, value } = await reader.read();
            rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
            // a carriage return at the end may be the first half of a line break
            const held = !done && rest.endsWith('\r') ? '\r' : '';
            const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/);
            rest = lines.pop() + held;
            for (const line of lines) {
                if (line === '') {
                    if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
                    event = '';
                    data = [];
                } else if (line.startsWith('data:')) {
                    data.push(line.slice(line[5] === ' ' ? 6 : 5));
                } else if (line.startsWith(':')) {
                    yield { comment: line.slice(1).trim() };
                } else if (line.startsWith('event:')) {
                    event = line.slice(6).trim();
                }
            }
            if (done) return;
        }
    } finally {
        reader.cancel().catch(() => {});
    }
}
