// What is typed and not sent yet, per conversation: it survives a reload of the tab.

const PREFIX = 'tandem.draft.';
const name = (id) => `${PREFIX}${id ?? 'new'}`;

export function keepDraft(id, text) {
    try {
        if (text === '') sessionStorage.removeItem(name(id));
        else sessionStorage.setItem(name(id), text);
    } catch {
        // no storage, no survival
    }
}

export function keptDraft(id) {
    try {
        return sessionStorage.getItem(name(id)) ?? '';
    } catch {
        return '';
    }
}

export function forgetDrafts() {
    try {
        Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => sessionStorage.removeItem(key));
    } catch {
        // none are kept, then
    }
}
