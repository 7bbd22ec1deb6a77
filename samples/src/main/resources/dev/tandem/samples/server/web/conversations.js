// The list of conversations in the sidebar.

import { deleteConversation, listConversations } from './api.js';
import { confirm } from './dialogs.js';
import { announce, el } from './dom.js';
import { iconButton } from './icons.js';
import { problemNotice } from './problems.js';

const DAY = 86_400_000;

/** A time as the server writes it: seconds, milliseconds or ISO. */
function timeOf(changed) {
    if (typeof changed === 'number') return changed < 1e11 ? changed * 1000 : changed;
    const time = Date.parse(changed);
    return Number.isNaN(time) ? Date.now() : time;
}

function groupOf(time) {
    const today = new Date().setHours(0, 0, 0, 0);
    if (time >= today) return 'Today';
    if (time >= today - DAY) return 'Yesterday';
    if (time >= today - 7 * DAY) return 'Last week';
    return 'Earlier';
}

export class Conversations {
    /** hooks: deleted(id), listed(). */
    constructor(element, hooks) {
        this.element = element;
        this.hooks = hooks;
        this.list = [];
        this.current = null;
        this.running = new Set();
        this.begun = new Map(); // conversations of this page whose first turn is under way: the server lists them when it has succeeded
    }

    async refresh() {
        try {
            const listed = await listConversations();
            const all = [...[...this.begun.values()].filter(({ id }) => !listed.some((other) => other.id === id)), ...listed];
            this.list = all.map(({ id, title, changed }) => ({ id, title: title || this.titleOf(id) || 'Untitled', time: timeOf(changed) })).sort((a, b) => b.time - a.time);
            this.render();
            this.hooks.listed();
        } catch (error) {
            this.problem(error, () => this.refresh());
        }
    }

    /** The first turn of a conversation is under way. */
    begin(id, title) {
        this.begun.set(id, { id, title, changed: Date.now() });
        this.list = [{ id, title, time: Date.now() }, ...this.list.filter((other) => other.id !== id)];
        this.render();
    }

    /** Its first turn failed: there is nothing to list. */
    abandon(id) {
        this.begun.delete(id);
        this.list = this.list.filter((other) => other.id !== id);
        this.render();
    }

    /** The server has it. */
    kept(id) {
        this.begun.delete(id);
    }

    titleOf(id) {
        return this.list.find((conversation) => conversation.id === id)?.title ?? null;
    }

    setCurrent(id) {
        this.current = id;
        this.render();
    }

    setRunning(id, running) {
        if (running) this.running.add(id);
        else this.running.delete(id);
        this.element.querySelectorAll('li').forEach((item) => item.classList.toggle('running', this.running.has(item.dataset.id)));
    }

    problem(error, retry) {
        this.element.querySelector('.problem')?.remove();
        this.element.prepend(problemNotice(error, retry));
    }

    render() {
        // whoever stands on an item with the keyboard keeps standing there
        const focused = document.activeElement?.closest('li[data-id]');
        const wasOn = focused && this.element.contains(focused) ? { id: focused.dataset.id, testid: document.activeElement.dataset.testid } : null;
        const groups = new Map();
        for (const conversation of this.list) {
            const group = groupOf(conversation.time);
            if (!groups.has(group)) groups.set(group, []);
            groups.get(group).push(this.item(conversation));
        }
        this.element.replaceChildren(...[...groups].map(([name, items], index) => el('section', {},
            el('h2', { id: `group-${index}` }, name),
            el('ul', { attributes: { role: 'list', 'aria-labelledby': `group-${index}` } }, ...items))));
        if (this.list.length === 0) this.element.append(el('p', { className: 'no-conversations' }, 'Your conversations will be listed here.'));
        if (wasOn) this.element.querySelector(`li[data-id="${CSS.escape(wasOn.id)}"] [data-testid="${wasOn.testid}"]`)?.focus();
    }

    item({ id, title }) {
        const link = el('a', { href: `#/c/${encodeURIComponent(id)}`, title, dataset: { testid: 'conversation' } }, el('span', {}, title));
        if (id === this.current) link.setAttribute('aria-current', 'page');
        return el('li', { className: this.running.has(id) ? 'running' : '', dataset: { id } }, link,
            iconButton('trash', `Delete “${title}”`, 'delete-conversation', () => this.remove(id, title)));
    }

    async remove(id, title) {
        const sure = await confirm({ title: 'Delete this conversation?', text: `“${title}” and its photos are deleted from the server. There is no undo.`, ok: 'Delete' });
        if (sure) await this.removeNow(id);
    }

    async removeNow(id) {
        try {
            await deleteConversation(id);
        } catch (error) {
            this.problem(error, () => this.removeNow(id));
            return;
        }
        const index = this.list.findIndex((other) => other.id === id);
        this.begun.delete(id);
        this.list = this.list.filter((other) => other.id !== id);
        this.render();
        announce('The conversation is deleted');
        this.hooks.deleted(id);
        const links = this.element.querySelectorAll('[data-testid="conversation"]');
        if (document.activeElement === document.body) (links[Math.min(index, links.length - 1)] ?? document.getElementById('new-conversation')).focus();
    }
}
