// Talking to the server: one function per thing it does, errors as ApiError, streams as generators.

import { askForKey, currentKey } from './key.js';
import { serverEvents } from './sse.js';

/** What went wrong. status 0: the server was not reached, or the connection broke. */
export class ApiError extends Error {
    constructor(status, { message = '', code = '', retryAfter = null } = {}) {
        super(message);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
    }
}

function retryAfter(response) {
    const value = response.headers.get('Retry-After');
    if (value === null) return null;
    const seconds = /^\d+$/.test(value.trim()) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
    return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), 600) : null;
}

async function errorOf(response) {
    let error = {};
    try {
        error = (await response.json()).error ?? {};
    } catch {
        // a proxy's page, perhaps: the status has to do
    }
    return new ApiError(response.status, { message: error.message, code: error.code, retryAfter: retryAfter(response) });
}

/** A request with the key, which is asked for where the server wants another. */
async function request(path, { method = 'GET', body, signal } = {}) {
    for (;;) {
        const key = currentKey();
        const headers = {};
        if (body !== undefined) headers['Content-Type'] = 'application/json';
        if (key !== null) headers.Authorization = `Bearer ${key}`;
        let response;
        try {
            response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store' });
        } catch (failure) {
            if (failure.name === 'AbortError') throw failure;
            throw new ApiError(0, { message: failure.message });
        }
        if (response.ok) return response;
        const error = await errorOf(response);
        if (response.status !== 401 || !(await askForKey(key))) throw error;
        signal?.throwIfAborted();
    }
}

/** The status that an error in a stream would have had: by then the response's own was long sent. */
function statusOf({ code, type }) {
    const known = { timeout: 504, shutting_down: 503, queue_full: 429, conversation_changed: 409, conversation_not_found: 404, photo_not_found: 404, rate_limit_exceeded: 429 };
    return known[code] ?? (type === 'invalid_request_error' ? 400 : 500);
}

async function* jsonEvents(response) {
    try {
        for await (const { event, data, comment } of serverEvents(response)) {
            const before = /^waiting, (\d+) before you$/.exec(comment ?? '')?.[1];
            if (before !== undefined) yield { waiting: Number(before) };
            if (data === undefined) continue;
            if (data === '[DONE]') return;
            const value = JSON.parse(data);
            if (value.error) throw new ApiError(statusOf(value.error), { message: value.error.message, code: value.error.code });
            yield { event, value };
        }
    } catch (failure) {
        if (failure.name === 'AbortError' || failure instanceof ApiError) throw failure;
        throw new ApiError(0, { message: failure.message, code: 'cut' });
    }
}

export async function listConversations() {
    return (await (await request('/v1/conversations')).json()).data;
}

export async function createConversation(signal) {
    return (await (await request('/v1/conversations', { method: 'POST', body: {}, signal })).json()).id;
}

export async function conversationMessages(id) {
    const response = await request(`/v1/conversations/${encodeURIComponent(id)}/messages`);
    return Promise.all((await response.json()).data.map(fromServer));
}

export async function deleteConversation(id) {
    try {
        await request(`/v1/conversations/${encodeURIComponent(id)}`, { method: 'DELETE' });
    } catch (error) {
        if (error.status !== 404) throw error; // gone is gone
    }
}

/** One message as the pages want it: { role, text, photos: [{ url, caption }], parts: [{ text } or { photo }] in their order }. */
async function fromServer({ role, content, images, parts }) {
    const photos = await Promise.all(images.map(async (picture) => ({ url: await pictureUrl(picture.image_url.url), caption: picture.caption ?? '' })));
    return { role, text: content, photos, parts: parts.map(({ type, text, image }) => type === 'image' ? { photo: photos[image] } : { text }) };
}

/** A picture's address that an <img> can show: one on the server may need the key, which an <img> cannot send. */
async function pictureUrl(url) {
    if (url.startsWith('data:')) return url;
    const address = new URL(url, location.href);
    if (address.origin !== location.origin) return ''; // nothing is loaded from elsewhere
    return URL.createObjectURL(await (await request(address.href)).blob());
}

/**
 * Lets the agent answer in a conversation: to a message ({ text, picture }), or its last answer once more (message null).
 * Yields { waiting } (how many are before it), { text }, { photo: { url, caption } }, { event: { event, … } } (drawing, judged …) and last { finish }.
 */
export async function* answer(conversation, message, signal) {
    const body = { conversation, stream: true, modalities: ['text', 'image'] };
    if (message === null) {
        body.regenerate = true;
        body.messages = [];
    } else {
        const parts = [];
        if (message.text !== '') parts.push({ type: 'text', text: message.text });
        if (message.picture) parts.push({ type: 'image_url', image_url: { url: message.picture.url } });
        body.messages = [{ role: 'user', content: message.picture ? parts : message.text }];
    }
    const response = await request('/v1/chat/completions', { method: 'POST', body, signal });
    let finished = false;
    for await (const { value, waiting } of jsonEvents(response)) {
        if (waiting !== undefined) {
            yield { waiting };
            continue;
        }
        if (value.tandem) yield { event: value.tandem };
        const choice = value.choices?.[0];
        if (choice?.delta?.content) yield { text: choice.delta.content };
        for (const image of choice?.delta?.images ?? []) {
            yield { photo: { url: await pictureUrl(image.image_url.url), caption: image.caption ?? '' } };
        }
        if (choice?.finish_reason) {
            finished = true;
            yield { finish: choice.finish_reason };
        }
    }
    if (!finished) throw new ApiError(0, { code: 'cut' });
}

/**
 * Draws a caption, in the place of a photo of a conversation ({ conversation, message, image }) or (null) for this page alone.
 * Yields { waiting }, { preview } with its progress of 0 to 1, and last { photo }, which is kept by then.
 */
export async function* draw(prompt, place, signal) {
    const previews = 3;
    const path = place === null ? '/v1/images/generations'
        : `/v1/conversations/${encodeURIComponent(place.conversation)}/messages/${place.message}/images/${place.image}`;
    const response = await request(path, {
        method: 'POST', body: { prompt, n: 1, response_format: 'b64_json', output_format: 'png', stream: true, partial_images: previews }, signal,
    });
    let photo = null;
    for await (const { event, value, waiting } of jsonEvents(response)) {
        if (waiting !== undefined) {
            yield { waiting };
            continue;
        }
        const type = value.type ?? event;
        const url = `data:image/png;base64,${value.b64_json}`;
        if (type === 'image_generation.partial_image') {
            yield { preview: url, progress: ((value.partial_image_index ?? 0) + 1) / (previews + 1) };
        } else if (type === 'image_generation.completed') {
            photo = { url, caption: prompt };
        }
    }
    if (photo === null) throw new ApiError(0, { code: 'cut' });
    yield { photo };
}
