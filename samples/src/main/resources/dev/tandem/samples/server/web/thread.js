// One conversation: its messages on the page, and the turn that is under way.

import { answer as answerOf, conversationMessages, createConversation, draw } from './api.js';
import { announce, el, textButton } from './dom.js';
import { Answer, userMessage } from './messages.js';
import { note, problemNotice } from './problems.js';

/** Within this time a server notices that it was stopped, or has ended. */
const STOP_MILLIS = 1_000;

const NOTHING = { text: '', picture: null };

export class Thread {
    /** hooks: changed(thread), begun(thread, message), notBegun(thread), stored(thread), restore(thread, message), isCurrent(thread). */
    constructor(id, hooks) {
        this.id = id;
        this.hooks = hooks;
        this.element = el('ol', { className: 'messages', dataset: { testid: 'messages' }, attributes: { role: 'list' } });
        this.draft = { ...NOTHING };
        this.kept = 0; // messages that the server has, as far as we know
        this.last = null; // the last answer that it has
        this.failed = null; // the last turn, where it failed or was stopped: settle() makes its notice a quiet one
        this.running = null;
        this.turning = Promise.resolve(); // ends with the last turn,
        this.redrawing = Promise.resolve(); // and with the last photo that is drawn again: one waits for the other
        this.loading = null;
    }

    get empty() {
        return this.element.childElementCount === 0;
    }

    /** Shows what the server has. */
    load() {
        this.loading ??= this.loadNow().finally(() => { this.loading = null; });
        return this.loading;
    }

    async loadNow() {
        const wait = el('li', { className: 'loading', attributes: { role: 'status' } }, 'Loading…');
        if (this.empty) this.element.append(wait);
        try {
            const messages = await conversationMessages(this.id);
            if (wait.isConnected || this.empty || (messages.length !== this.kept && !this.running && !this.failed)) this.render(messages);
        } catch (error) {
            if (wait.isConnected || this.empty) {
                this.element.replaceChildren(el('li', { className: 'message' }, problemNotice(error, error.status === 404 ? null : () => {
                    this.element.replaceChildren();
                    this.load();
                })));
            }
        }
        this.hooks.changed(this);
    }

    render(messages) {
        this.last = null;
        this.failed = null;
        const items = messages.map((message, place) => {
            if (message.role === 'user') return userMessage(message);
            this.last = Answer.of(message, this.redraw);
            this.last.keptAs(place);
            return this.last.element;
        });
        this.element.replaceChildren(...items);
        this.kept = messages.length;
        this.offerRegenerate();
    }

    offerRegenerate() {
        this.last?.offerRegenerate(this.running || this.failed ? null : () => this.turn(null, null));
    }

    async send(message) {
        await this.loading;
        this.failed?.settle();
        this.failed = null;
        const shown = userMessage({ text: message.text, photos: message.picture ? [{ url: message.picture.url }] : [] });
        this.element.append(shown);
        await this.turn(message, shown);
    }

    stop() {
        this.running?.abort();
    }

    /** Draws a caption in the place of a photo that is kept, or (null) beside what is kept; tells each step of it. */
    redraw = async (caption, photo, signal, tell) => {
        const work = async () => {
            await until(this.turning, signal);
            const place = photo === null ? null : { conversation: this.id, message: photo.message, image: photo.image };
            for await (const step of draw(caption, place, signal)) await tell(step);
            if (place !== null) this.hooks.stored(this);
        };
        const working = work();
        this.redrawing = Promise.allSettled([this.redrawing, working]);
        await working;
    };

    /** One turn: an answer to a message, which is shown already; or, with none, the last answer once more. */
    async turn(message, shown) {
        if (this.running) return;
        this.turning = this.turnNow(message, shown);
        await this.turning;
    }

    async turnNow(message, shown) {
        const abort = new AbortController();
        const before = message === null ? this.last : null;
        const answer = new Answer(this.redraw);
        this.running = abort;
        this.offerRegenerate();
        if (before) {
            before.notices.replaceChildren();
            before.element.hidden = true;
        }
        this.element.append(answer.element);
        this.hooks.changed(this);
        if (this.hooks.isCurrent(this)) announce('Answering');
        try {
            await until(this.redrawing, abort.signal);
            this.id ??= await createConversation(abort.signal);
            if (this.kept === 0) this.hooks.begun(this, message);
            await this.receive(answer, message, abort.signal);
            before?.element.remove();
            this.last?.offerRegenerate(null);
            this.last = answer;
            if (message !== null) this.kept += answer.empty ? 1 : 2; // an empty answer is not kept
            answer.keptAs(this.kept - 1);
            this.running = null;
            this.hooks.stored(this);
            if (this.hooks.isCurrent(this)) announce(answer.spoken);
        } catch (error) {
            this.running = null;
            if (this.kept === 0) this.hooks.notBegun(this);
            if (before) await this.regenerateFailed(error, answer, before);
            else await this.turnFailed(error, answer, message, shown);
        }
        this.offerRegenerate();
        this.hooks.changed(this);
    }

    async receive(answer, message, signal) {
        let arrived = Promise.resolve();
        for await (const { waiting, text, photo, event, finish } of answerOf(this.id, message, signal)) {
            if (waiting !== undefined) answer.waiting(waiting);
            if (text) answer.addText(text);
            if (event) {
                answer.onEvent(event);
                if (event.event === 'photo_begun' && this.hooks.isCurrent(this)) announce('Drawing a photo');
            }
            if (photo) arrived = Promise.all([arrived, answer.addPhoto(photo)]);
            if (finish === 'length') answer.tell(note('The answer ends here because it reached its longest length.', 'cut-at-length'));
            if (finish === 'content_filter' && answer.photos.length === 0) answer.tell(note('The answer was held back by the safety guard.', 'withheld'));
        }
        await arrived;
        answer.finish('done');
        if (answer.empty && answer.photos.length === 0 && answer.notices.childElementCount === 0) answer.tell(note('It had nothing to say to this.', 'no-answer'));
    }

    async turnFailed(error, answer, message, shown) {
        const stopped = error.name === 'AbortError';
        answer.finish(stopped ? 'stopped' : 'failed');
        const isKept = (messages) => messages.length > this.kept
            && messages.slice(-2).some(({ role, text }) => role === 'user' && text.trim() === message.text);
        const again = async () => {
            this.failed = null;
            if (uncertain(error) && await this.keptMeanwhile(isKept)) return;
            if (error.status === 409) return this.reloadAndSend(message);
            answer.element.remove();
            await this.turn(message, shown);
        };
        const edit = () => {
            this.failed = null;
            answer.element.remove();
            shown.remove();
            this.offerRegenerate();
            this.hooks.restore(this, message);
        };
        const quiet = note(stopped ? 'Stopped. This exchange is not kept.' : 'Not answered. This exchange is not kept.', 'not-kept');
        const failed = { settle: () => answer.tell(quiet) };
        this.failed = failed;
        if (stopped) {
            answer.tell(note('Stopped. This exchange is not kept.', 'stopped', textButton('Try again', 'retry', again), textButton('Edit', 'edit-message', edit, 'button quiet')));
            if (this.hooks.isCurrent(this)) announce('Stopped');
            // the server may have been done just before it heard of the stop
            setTimeout(() => { if (this.failed === failed && !this.running) this.keptMeanwhile(isKept); }, STOP_MILLIS);
        } else {
            answer.tell(problemNotice(error, again, { label: 'Edit', testid: 'edit-message', action: edit }));
        }
    }

    /** The conversation went on elsewhere: first what was said there, then this message again. */
    async reloadAndSend(message) {
        this.element.replaceChildren();
        await this.load();
        await this.send(message);
    }

    async regenerateFailed(error, answer, before) {
        answer.element.remove();
        before.element.hidden = false;
        const text = before.said;
        if (error.status === 409 && await this.keptMeanwhile(() => true)) return;
        if (uncertain(error) && await this.keptMeanwhile((messages) => messages.at(-1)?.text.trim() !== text)) return;
        if (error.name === 'AbortError') {
            before.tell(note('Stopped. The answer stays as it was.', 'stopped'));
            if (this.hooks.isCurrent(this)) announce('Stopped');
        } else {
            before.tell(problemNotice(error, () => this.turn(null, null)));
        }
    }

    /** Whether the server has kept a turn whose end did not reach us; then what it has is shown. */
    async keptMeanwhile(isKept) {
        if (this.id === null) return false;
        try {
            const messages = await conversationMessages(this.id);
            if (!isKept(messages)) return false;
            this.render(messages);
            this.hooks.stored(this);
            this.hooks.changed(this);
            return true;
        } catch {
            return false; // it will show in the next attempt
        }
    }
}

/** Waits for what may take long, unless it is stopped meanwhile. */
function until(promise, signal) {
    return new Promise((resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        promise.then(resolve, resolve);
    });
}

/** Whether the server may have finished the turn although we have not seen its end. */
function uncertain(error) {
    return error.name === 'AbortError' || error.status === 0;
}
