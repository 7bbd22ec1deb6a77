// The page: which conversation is shown, and how its parts work together.

import { Composer } from './composer.js';
import { Conversations } from './conversations.js';
import { announce } from './dom.js';
import { forgetDrafts, keepDraft, keptDraft } from './drafts.js';
import { closeDrawer, initDrawer } from './drawer.js';
import { initIcons } from './icons.js';
import { currentKey, onKeyChange, setKey } from './key.js';
import { Follower } from './scroll.js';
import { initTheme } from './theme.js';
import { Thread } from './thread.js';
import { initViewer } from './viewer.js';

const byId = (id) => document.getElementById(id);
const NEW = 'New conversation';

const threads = new Map(); // by id
let current = null;

const follower = new Follower(byId('scroller'), byId('thread'), byId('jump'));

const composer = new Composer({
    send(message) {
        follower.toEnd();
        current.send(message);
        refreshPage();
    },
    stop: () => current.stop(),
    changed(draft) {
        if (current === null) return;
        current.draft = draft;
        keepDraft(current.id, draft.text);
    },
});

const conversations = new Conversations(byId('conversations'), {
    deleted(id) {
        const thread = threads.get(id);
        threads.delete(id);
        keepDraft(id, '');
        thread?.stop();
        if (current?.id === id) show(newThread());
    },
    listed: () => refreshPage(),
});

const hooks = {
    isCurrent: (thread) => thread === current,
    changed(thread) {
        if (thread.id !== null) conversations.setRunning(thread.id, thread.running !== null);
        if (thread === current) refreshPage();
    },
    begun(thread, message) {
        threads.set(thread.id, thread);
        conversations.begin(thread.id, titleOf(message));
        conversations.setRunning(thread.id, true);
        if (thread === current) {
            keepDraft(null, '');
            history.replaceState(null, '', addressOf(thread.id));
            conversations.setCurrent(thread.id);
            refreshPage();
        }
    },
    notBegun: (thread) => conversations.abandon(thread.id),
    stored(thread) {
        conversations.kept(thread.id);
        conversations.refresh();
    },
    restore(thread, message) {
        const text = [message.text, thread.draft.text].filter((part) => part !== '').join('\n');
        const draft = { text, picture: message.picture ?? thread.draft.picture };
        thread.draft = draft;
        if (thread !== current) return;
        composer.draft = draft;
        composer.focus();
        refreshPage();
    },
};

/** The title that a conversation has until the server says its own. */
function titleOf({ text }) {
    const words = text.replace(/\s+/g, ' ');
    return words === '' ? 'A picture' : words.length > 60 ? `${words.slice(0, 60)}…` : words;
}

function addressOf(id) {
    return id === null ? '#' : `#/c/${encodeURIComponent(id)}`;
}

function idInAddress() {
    const match = location.hash.match(/^#\/c\/(.+)$/);
    try {
        return match ? decodeURIComponent(match[1]) : null;
    } catch {
        return null;
    }
}

function newThread() {
    return new Thread(null, hooks);
}

function threadOf(id) {
    if (!threads.has(id)) threads.set(id, new Thread(id, hooks));
    const thread = threads.get(id);
    if (!thread.running) thread.load();
    return thread;
}

/** Shows a conversation. */
function show(thread) {
    if (thread === current) return;
    current = null; // the composer's last change belongs to the thread it was made in
    if (thread.draft.text === '' && thread.draft.picture === null) thread.draft = { text: keptDraft(thread.id), picture: null };
    composer.draft = thread.draft;
    current = thread;
    byId('thread').replaceChildren(thread.element);
    conversations.setCurrent(thread.id);
    if (idInAddress() !== thread.id) history.pushState(null, '', addressOf(thread.id));
    follower.toEnd();
    refreshPage();
}

function refreshPage() {
    if (current === null) return;
    const title = current.id === null ? NEW : conversations.titleOf(current.id) ?? 'Conversation';
    byId('title').textContent = title;
    document.title = title === NEW ? 'Tandem' : `${title} · Tandem`;
    byId('welcome').hidden = !current.empty;
    composer.setRunning(current.running !== null);
}

function startNew() {
    const wasOpen = closeDrawer();
    if (current.id !== null || !current.empty) {
        show(newThread());
        announce(NEW);
    }
    if (!wasOpen || matchMedia('(hover: hover)').matches) composer.focus();
}

initIcons();
initTheme();
initDrawer();
initViewer();

byId('new-conversation').addEventListener('click', startNew);
byId('new-conversation-top').addEventListener('click', startNew);
byId('conversations').addEventListener('click', (event) => {
    if (event.target.closest('a')) closeDrawer();
});
document.querySelectorAll('.example').forEach((button) => button.addEventListener('click', () => {
    composer.draft = { text: button.dataset.prompt, picture: composer.picture };
    composer.focus();
    composer.send();
}));
document.querySelector('.skip-link').addEventListener('click', (event) => {
    event.preventDefault(); // the address says which conversation is open
    composer.focus();
});
addEventListener('popstate', () => {
    const id = idInAddress();
    if (id === null) {
        if (current.id !== null) show(newThread());
    } else if (current.id !== id) {
        show(threadOf(id));
    }
});
document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (!closeDrawer()) current.stop();
});

byId('forget-key').hidden = currentKey() === null;
onKeyChange((key) => { byId('forget-key').hidden = key === null; });
byId('forget-key').addEventListener('click', () => {
    setKey(null);
    forgetDrafts();
    location.replace(location.pathname);
});

const asked = idInAddress();
show(asked === null ? newThread() : threadOf(asked));
conversations.refresh();
