// What is typed and not sent yet, per conversation: it survives a reload of the tab.

const name = (id) => `tandem.draft.${id ?? 'new'}`;

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
