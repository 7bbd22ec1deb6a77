// Where messages are written: text, one picture (button, paste, drop), send and stop.

import { picturesOf, readPicture } from './files.js';

const byId = (id) => document.getElementById(id);

export class Composer {
    /** hooks: send({ text, picture }), stop(), changed(draft). */
    constructor(hooks) {
        this.hooks = hooks;
        this.picture = null;
        this.running = false;
        this.field = byId('message');
        this.note = byId('composer-note');
        const touch = matchMedia('(pointer: coarse) and (hover: none)');

        byId('composer').addEventListener('submit', (event) => {
            event.preventDefault();
            this.send();
        });
        this.field.addEventListener('keydown', (event) => {
            // on a phone's keyboard the return key breaks the line, as everywhere there; the button sends
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing || touch.matches) return;
            event.preventDefault();
            this.send();
        });
        this.field.addEventListener('input', () => this.update());
        byId('stop').addEventListener('click', () => {
            this.hooks.stop();
            this.field.focus();
        });

        byId('attach').addEventListener('click', () => byId('picture-file').click());
        byId('picture-file').addEventListener('change', (event) => {
            this.attach([...event.target.files]);
            event.target.value = '';
        });
        byId('remove-picture').addEventListener('click', () => {
            this.setPicture(null);
            this.field.focus();
        });
        this.field.addEventListener('paste', (event) => {
            const pictures = picturesOf(event.clipboardData);
            if (pictures.length === 0) return;
            event.preventDefault();
            this.attach(pictures);
        });
        this.acceptDrops(byId('main'), byId('dropzone'));
        this.update();
    }

    get draft() {
        return { text: this.field.value, picture: this.picture };
    }

    set draft({ text, picture }) {
        this.field.value = text;
        this.picture = picture;
        this.say(null);
        this.update();
    }

    setPicture(picture) {
        this.picture = picture;
        this.update();
    }

    setRunning(running) {
        if (running === this.running) return;
        this.running = running;
        if (!running) this.say(null);
        const focused = document.activeElement;
        this.update();
        if (focused?.hidden) this.field.focus(); // send and stop stand for each other
    }

    focus() {
        this.field.focus();
        this.field.setSelectionRange(this.field.value.length, this.field.value.length);
    }

    say(text) {
        this.note.hidden = text === null;
        this.note.textContent = text ?? '';
    }

    update() {
        const { text, picture } = this.draft;
        byId('attachment').hidden = picture === null;
        if (picture !== null && byId('attachment-picture').src !== picture.url) byId('attachment-picture').src = picture.url;
        byId('send').disabled = text.trim() === '' && picture === null;
        byId('send').hidden = this.running;
        byId('stop').hidden = !this.running;
        this.field.style.height = 'auto';
        this.field.style.height = `${this.field.scrollHeight}px`;
        this.hooks.changed?.(this.draft);
    }

    send() {
        const { text, picture } = this.draft;
        if (text.trim() === '' && picture === null) return;
        if (this.running) {
            this.say('Tandem is still answering. Escape stops it.');
            return;
        }
        this.draft = { text: '', picture: null };
        this.hooks.send({ text: text.trim(), picture });
    }

    async attach(files) {
        if (files.length === 0) return;
        try {
            this.setPicture({ url: await readPicture(files[0]) });
            this.say(files.length > 1 ? 'One picture goes with a message: this is the first.' : null);
        } catch (error) {
            this.say(error.message);
        }
        this.field.focus();
    }

    acceptDrops(area, zone) {
        let depth = 0;
        const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
        const over = (by) => {
            depth = Math.max(0, depth + by);
            zone.hidden = depth === 0;
        };
        area.addEventListener('dragenter', (event) => { if (hasFiles(event)) over(1); });
        area.addEventListener('dragleave', (event) => { if (hasFiles(event)) over(-1); });
        // anywhere on the page: a drop beside the zone must not replace the page by the picture
        addEventListener('dragover', (event) => { if (hasFiles(event)) event.preventDefault(); });
        addEventListener('drop', (event) => {
            if (!hasFiles(event)) return;
            event.preventDefault();
            over(-depth);
            const pictures = picturesOf(event.dataTransfer);
            if (pictures.length > 0) this.attach(pictures);
            else this.say('Only pictures can be sent.');
        });
    }
}
