// A picture, large: over the page, with the conversation's other pictures one arrow key away.

import { savePicture } from './files.js';

let shown = null;
let all = [];

const byId = (id) => document.getElementById(id);

function show(figure) {
    shown = figure;
    const { url, caption, alt } = figure.photo;
    byId('viewer-picture').src = url;
    byId('viewer-picture').alt = alt;
    byId('viewer-caption').textContent = caption;
    const index = all.indexOf(figure);
    byId('viewer-previous').hidden = index <= 0;
    byId('viewer-next').hidden = index >= all.length - 1;
}

function step(by) {
    const next = all[all.indexOf(shown) + by];
    if (!next) return;
    const focused = document.activeElement;
    show(next);
    if (focused?.hidden) byId('viewer-close').focus();
}

/** Opens the picture of a figure that carries `photo` ({ url, caption, alt }). */
export function openViewer(figure) {
    all = [...figure.closest('.messages').querySelectorAll('figure.photo')].filter((other) => other.photo && !other.hidden);
    show(figure);
    byId('viewer').showModal();
    byId('viewer-close').focus();
}

export function initViewer() {
    const dialog = byId('viewer');
    byId('viewer-close').addEventListener('click', () => dialog.close());
    byId('viewer-save').addEventListener('click', () => savePicture(shown.photo));
    byId('viewer-previous').addEventListener('click', () => step(-1));
    byId('viewer-next').addEventListener('click', () => step(1));
    dialog.addEventListener('keydown', (event) => {
        if (event.key === 'ArrowLeft') step(-1);
        if (event.key === 'ArrowRight') step(1);
    });
    dialog.addEventListener('click', (event) => {
        if (event.target === dialog || event.target.tagName === 'FIGURE') dialog.close();
    });
}
