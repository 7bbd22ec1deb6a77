// One message each: what the user said, and what the agent answers (while it does, too).

import { el } from './dom.js';
import { icon, iconButton } from './icons.js';
import { Prose } from './markdown.js';
import { Photo, sentPhoto } from './photos.js';

async function copy(text, button) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        // the clipboard's interface wants https or this machine; the old way works everywhere
        const field = el('textarea', { value: text, className: 'visually-hidden' });
        document.body.append(field);
        field.select();
        document.execCommand('copy');
        field.remove();
        button.focus();
    }
    const label = button.getAttribute('aria-label');
    button.replaceChildren(icon('check'));
    button.setAttribute('aria-label', 'Copied');
    setTimeout(() => {
        button.replaceChildren(icon('copy'));
        button.setAttribute('aria-label', label);
    }, 1600);
}

function copyButton(text) {
    const button = iconButton('copy', 'Copy the text', 'copy', () => copy(text(), button));
    return button;
}

/** What the user said: { text, photos: [{ url }] }. */
export function userMessage({ text, photos }) {
    const body = el('div', { className: 'message-body' }, el('h2', { className: 'visually-hidden' }, 'You'));
    if (photos.length > 0) body.append(el('div', { className: 'photos' }, ...photos.map(({ url }) => sentPhoto(url))));
    if (text !== '') {
        body.append(el('p', { className: 'bubble', dataset: { testid: 'user-text' } }, text),
            el('div', { className: 'message-tools' }, copyButton(() => text)));
    }
    return el('li', { className: 'message from-user', dataset: { testid: 'user-message' } }, el('article', {}, body));
}

/** What the agent says: words and photos in the order in which they come. */
export class Answer {
    /** redraw draws a photo of it again (photos.js); null where nothing can be drawn. */
    constructor(redraw = null) {
        this.redraw = redraw;
        this.drawings = []; // begun and not there yet
        this.photos = [];
        this.arrived = 0;
        this.prose = []; // pieces of the words
        this.typing = el('div', { className: 'typing', dataset: { testid: 'typing' }, attributes: { 'aria-hidden': 'true' } }, el('span'), el('span'), el('span'));
        this.queue = el('p', { className: 'queue', dataset: { testid: 'waiting' } });
        this.parts = el('div', { className: 'parts' });
        this.notices = el('div', { className: 'notices' });
        this.tools = el('div', { className: 'message-tools', hidden: true });
        this.article = el('article', { attributes: { 'aria-busy': 'true' } },
            el('span', { className: 'avatar' }),
            el('div', { className: 'message-body' }, el('h2', { className: 'visually-hidden' }, 'Tandem'), this.typing, this.queue, this.parts, this.notices, this.tools));
        this.element = el('li', { className: 'message from-agent', dataset: { testid: 'answer', state: 'answering' } }, this.article);
    }

    /** An answer that the server has kept. */
    static of({ parts }, redraw) {
        const answer = new Answer(redraw);
        for (const { text, photo } of parts) {
            if (photo) {
                answer.begin(photo.caption);
                answer.addPhoto(photo);
            } else {
                answer.addText(text);
            }
        }
        answer.finish('done');
        return answer;
    }

    get empty() {
        return this.prose.length === 0 && !this.photos.some((photo) => photo.url);
    }

    /** All its words, as they were written. */
    get said() {
        return this.prose.map(({ source }) => source.trim()).join(' ');
    }

    /** How many are before, while its words or the next of its photos wait. */
    waiting(before) {
        if (this.drawings.length > 0) this.drawings[0].waiting(before);
        else this.queue.textContent = before === 0 ? 'You are next.' : `Waiting: ${before} before you.`;
    }

    hasBegun() {
        this.typing.hidden = true;
        this.queue.remove();
    }

    addText(text) {
        const goesOn = this.prose.length > 0 && this.parts.lastElementChild === this.prose.at(-1).element;
        const more = goesOn ? text : text.trimStart();
        if (more === '') return;
        if (!goesOn) {
            this.prose.push(new Prose());
            this.parts.append(this.prose.at(-1).element);
        }
        this.prose.at(-1).add(more);
        this.hasBegun();
    }

    begin(caption = '') {
        const photo = new Photo({ redraw: this.redraw });
        photo.say(caption);
        this.drawings.push(photo);
        this.photos.push(photo);
        if (!this.parts.lastElementChild?.classList.contains('photos')) this.parts.append(el('div', { className: 'photos' }));
        this.parts.lastElementChild.append(photo.element);
        this.hasBegun();
        return photo;
    }

    /** The drawing that an event is about: by caption, or the first that has none yet, or a new one. */
    drawing(caption) {
        return this.drawings.find((photo) => photo.caption === (caption ?? '')) ?? this.drawings.find((photo) => photo.caption === '') ?? this.begin();
    }

    /** What the server tells while it draws. */
    onEvent({ event, caption, step, steps, preview, action, reason }) {
        if (event === 'photo_begun') {
            this.begin();
        } else if (event === 'drawing') {
            const photo = this.drawing(caption);
            photo.say(caption);
            if (steps > 0) photo.progress(step / steps);
            if (preview) photo.preview(preview);
        } else if (event === 'judged') {
            this.onJudged(caption, action, reason);
        }
    }

    onJudged(caption, action, reason) {
        if (action === 'BLOCK') {
            const photo = this.drawing(caption);
            this.drawings.splice(this.drawings.indexOf(photo), 1);
            photo.caption = ''; // what was refused is not shown
            photo.fail(reason ? `A photo was held back: ${reason}` : 'A photo was held back.', 'shield');
        } else {
            (this.drawings.find((photo) => photo.caption === caption) ?? this.photos.findLast((photo) => photo.caption === caption) ?? this.drawing(caption))
                .judged(action, reason);
        }
    }

    addPhoto(photo) {
        const drawing = this.drawings.find((other) => other.caption === photo.caption) ?? this.drawings[0] ?? this.begin();
        this.drawings.splice(this.drawings.indexOf(drawing), 1);
        drawing.image = this.arrived++;
        return drawing.done(photo);
    }

    /** It is kept as this message of the conversation: its photos can be replaced there. */
    keptAs(message) {
        this.photos.filter(({ image }) => image !== null).forEach((photo) => { photo.message = message; });
    }

    /** Nothing more comes. `state`: done, stopped or failed. */
    finish(state) {
        this.drawings.splice(0).forEach((photo) => state === 'stopped' ? photo.fail('Not finished.', 'stop') : photo.fail('This photo did not arrive.'));
        this.typing.remove();
        this.queue.remove();
        this.prose.forEach((prose) => prose.finish());
        this.photos.forEach((photo) => photo.settle());
        this.article.removeAttribute('aria-busy');
        this.element.dataset.state = state;
        if (this.prose.length > 0) this.tools.append(copyButton(() => this.prose.map(({ source }) => source.trim()).join('\n\n')));
        this.tools.hidden = this.tools.childElementCount === 0;
    }

    /** Offers to answer once more, or (null) does not. */
    offerRegenerate(action) {
        this.regenerateButton?.remove();
        this.regenerateButton = null;
        if (action) {
            this.regenerateButton = iconButton('again', 'Answer once more', 'regenerate', action);
            this.tools.append(this.regenerateButton);
        }
        this.tools.hidden = this.tools.childElementCount === 0;
    }

    tell(notice) {
        this.notices.replaceChildren(notice);
    }

    /** For screen readers. */
    get spoken() {
        const captions = this.photos.filter((photo) => photo.url).map((photo) => `Photo: ${photo.caption || 'without a caption'}`);
        return [...this.prose.map(({ element }) => element.textContent), ...captions].filter((part) => part !== '').join(' ');
    }
}
