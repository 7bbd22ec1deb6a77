// Photos in a conversation: one that is there, one that is being drawn, and drawing one again from another caption.

import { announce, el, svg, textButton } from './dom.js';
import { savePicture } from './files.js';
import { icon, iconButton } from './icons.js';
import { note, problemNotice } from './problems.js';
import { openViewer } from './viewer.js';

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;

// how wide to high the last photo was: the next one is most likely the same, so its placeholder has the right size
let lastRatio = '1 / 1';

function frame(figure, image) {
    const fit = () => {
        const ratio = `${image.naturalWidth} / ${image.naturalHeight}`;
        figure.style.setProperty('--ratio', ratio);
        return ratio;
    };
    return image.decode().then(fit, () => null);
}

/** A photo that the user sent. */
export function sentPhoto(url) {
    const alt = 'A picture that you sent';
    const image = el('img', { src: url, alt, dataset: { testid: 'sent-picture' } });
    const figure = el('figure', { className: 'photo sent', dataset: { testid: 'sent-photo' } });
    figure.photo = { url, caption: '', alt };
    const open = el('button', { type: 'button', className: 'photo-open', attributes: { 'aria-label': `Open large: ${alt.toLowerCase()}` } }, image);
    open.addEventListener('click', () => openViewer(figure));
    figure.append(open);
    frame(figure, image);
    return figure;
}

/** A photo of the agent: a figure that is being drawn until done() shows the picture. */
export class Photo {
    /**
     * redraw(photo, caption, stop) draws it again: where the photo is kept it replaces it there. stop() ends its drawing, where that can be done for it alone.
     * apart: it is not kept, and the page says so. settled: whether it is decided whether it is kept; it is not drawn again before.
     */
    constructor({ redraw = null, stop = null, apart = false, settled = false } = {}) {
        this.caption = '';
        this.redraw = redraw;
        this.apart = apart;
        this.settled = settled;
        this.message = null; // where it is kept, once it is: place of the message in the conversation,
        this.image = null; // and of the photo in the message
        this.arc = svg('circle', { class: 'ring-arc', cx: 24, cy: 24, r: RADIUS, 'stroke-dasharray': ROUND, 'stroke-dashoffset': ROUND * 0.85 });
        this.ring = el('div', {
            className: 'ring waiting', dataset: { testid: 'progress' },
            attributes: { role: 'progressbar', 'aria-label': 'Drawing a photo', 'aria-valuemin': 0, 'aria-valuemax': 100 },
        }, svg('svg', { viewBox: '0 0 48 48', 'aria-hidden': 'true' }, svg('circle', { class: 'ring-track', cx: 24, cy: 24, r: RADIUS }), this.arc));
        this.canvas = el('div', { className: 'photo-canvas' }, this.ring);
        this.captionLine = el('span', { className: 'photo-caption', dataset: { testid: 'caption' } }, 'Drawing a photo…');
        this.legend = el('figcaption', {}, this.captionLine);
        this.element = el('figure', { className: 'photo drawing', dataset: { testid: 'photo', state: 'drawing' } }, this.canvas, this.legend);
        this.element.style.setProperty('--ratio', lastRatio);
        if (stop) this.canvas.append(textButton('Stop', 'stop-drawing', stop, 'button quiet photo-stop'));
    }

    say(caption) {
        if (!caption || caption === this.caption) return;
        this.caption = caption;
        this.captionLine.textContent = caption;
        this.ring.setAttribute('aria-label', `Drawing: ${caption}`);
    }

    /** How much is drawn, 0 to 1. */
    progress(part) {
        const done = Math.min(Math.max(part, 0), 1);
        if (this.ring.classList.contains('waiting')) this.captionLine.textContent = this.caption;
        this.ring.classList.remove('waiting');
        this.ring.setAttribute('aria-valuenow', Math.round(done * 100));
        this.arc.setAttribute('stroke-dashoffset', ROUND * (1 - done));
    }

    /** How many are answered before, while it waits. */
    waiting(before) {
        this.captionLine.textContent = `${this.caption || 'A photo'} (${before === 0 ? 'next' : `waiting: ${before} before you`})`;
    }

    preview(url) {
        this.captionLine.textContent = this.caption;
        if (!this.sketch) {
            this.sketch = el('img', { className: 'photo-preview', alt: '', dataset: { testid: 'preview' } });
            this.canvas.prepend(this.sketch);
            this.element.classList.add('sketched');
        }
        this.sketch.src = url;
    }

    /** The picture is there. */
    async done({ url, caption }) {
        this.say(caption);
        const alt = this.caption || 'A photo without a caption';
        this.captionLine.textContent = this.caption;
        const image = el('img', { src: url, alt, dataset: { testid: 'picture' } });
        const ratio = await frame(this.element, image);
        if (ratio === null) {
            this.fail('The picture could not be shown.');
            return;
        }
        lastRatio = ratio;
        this.url = url;
        this.element.photo = { url, caption: this.caption, alt };
        const open = el('button', {
            type: 'button', className: 'photo-open', title: 'Open large', dataset: { testid: 'open-picture' }, attributes: { 'aria-label': `Open large: ${alt}` },
        }, image);
        open.addEventListener('click', () => openViewer(this.element));
        this.canvas.replaceChildren(open);
        this.element.classList.remove('drawing', 'sketched');
        this.element.dataset.state = 'done';
        this.tools = el('div', { className: 'photo-tools', attributes: { role: 'group', 'aria-label': 'Photo' } },
            this.brush = iconButton('brush', 'Edit the caption and draw again', 'draw-again', () => this.edit()),
            iconButton('save', 'Save as file', 'save-picture', () => savePicture(this.element.photo)),
            iconButton('large', 'Open large', 'open-large', () => openViewer(this.element)));
        this.brush.disabled = !this.settled;
        this.legend.append(this.tools);
        if (this.apart) this.legend.after(el('p', { className: 'photo-note' }, 'This exchange is not kept, nor is the photo: save it to keep it.'));
    }

    /** Its turn has ended. */
    settle() {
        this.settled = true;
        if (this.brush) this.brush.disabled = false;
    }

    /** A guard has judged it: FLAG and BLUR are told below it. */
    judged(action, reason) {
        const text = action === 'BLUR' ? 'Blurred by the safety guard' : 'Flagged by the safety guard';
        this.element.append(el('p', { className: 'photo-note judged', dataset: { testid: 'judged' } }, icon('shield'), el('span', {}, reason ? `${text}: ${reason}` : text)));
    }

    /** There will be no picture. */
    fail(text, iconName = 'alert') {
        this.element.dataset.state = 'failed';
        this.element.classList.remove('drawing', 'sketched');
        this.element.classList.add('failed');
        this.canvas.replaceChildren(icon(iconName), el('p', { dataset: { testid: 'photo-failed' } }, text));
        this.captionLine.textContent = this.caption;
        if (!this.caption) this.legend.remove();
    }

    /** Opens the editor for the caption. */
    edit() {
        if (this.editor) {
            this.editor.querySelector('textarea').focus();
            return;
        }
        const field = el('textarea', { value: this.caption, rows: 3, required: true, maxLength: 1000, dataset: { testid: 'caption-editor' }, attributes: { 'aria-label': 'Caption to draw' } });
        const submit = el('button', { type: 'submit', className: 'button primary', dataset: { testid: 'caption-draw' } }, 'Draw');
        this.editor = el('form', { className: 'photo-editor' }, field,
            el('div', { className: 'notice-buttons' }, textButton('Cancel', 'caption-cancel', () => this.closeEditor(), 'button quiet'), submit));
        this.editor.addEventListener('submit', (event) => {
            event.preventDefault();
            const caption = field.value.trim();
            if (caption === '') return;
            this.closeEditor();
            drawAgain(caption, this);
        });
        this.editor.addEventListener('keydown', (event) => {
            if (event.key === 'Escape') {
                event.stopPropagation();
                this.closeEditor();
            } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                this.editor.requestSubmit();
            }
        });
        this.element.append(this.editor);
        field.focus();
        field.select();
        this.editor.scrollIntoView({ block: 'nearest' });
    }

    closeEditor() {
        this.editor.remove();
        this.editor = null;
        this.tools.querySelector('button').focus();
    }
}

/** Draws a photo again from a caption. The new one takes the other's place, on the page and where that is kept; what is not kept stays beside it. */
async function drawAgain(caption, old) {
    const abort = new AbortController();
    const kept = old.message !== null;
    const photo = new Photo({ redraw: old.redraw, stop: () => abort.abort(), apart: !kept, settled: true });
    photo.say(caption);
    photo.message = old.message;
    photo.image = old.image;
    old.element.after(photo.element);
    old.element.hidden = kept;
    photo.element.scrollIntoView({ block: 'nearest' });
    announce(`Drawing: ${caption}`);
    try {
        await old.redraw(caption, kept ? photo : null, abort.signal, async (step) => {
            if (step.waiting !== undefined) {
                photo.waiting(step.waiting);
            } else if (step.preview) {
                photo.preview(step.preview);
                photo.progress(step.progress);
            } else {
                await photo.done(step.photo);
                announce(`The photo is there: ${caption}`);
            }
        });
        if (kept) old.element.remove();
        if (document.activeElement === document.body) photo.brush?.focus({ preventScroll: true }); // what had the focus is gone
    } catch (error) {
        drawingFailed(error, caption, old, photo);
    }
}

/** The old photo is back, and a box below it says why. */
function drawingFailed(error, caption, old, photo) {
    const box = el('div', { className: 'photo-problem' }, el('p', { className: 'photo-caption' }, caption));
    const retry = () => {
        box.remove();
        drawAgain(caption, old);
    };
    const dismiss = () => box.remove();
    box.append(error.name === 'AbortError'
        ? note('Stopped.', 'drawing-stopped', textButton('Draw', 'retry', retry), textButton('Dismiss', 'dismiss', dismiss, 'button quiet'))
        : problemNotice(error, error.code === 'content_policy_violation' ? null : retry, { label: 'Dismiss', testid: 'dismiss', action: dismiss }));
    old.element.hidden = false;
    photo.element.replaceWith(box);
    if (document.activeElement === document.body) old.brush.focus({ preventScroll: true });
}
