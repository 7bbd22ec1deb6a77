// The API key: asked for when the server wants one, kept in this tab's session only.

const NAME = 'tandem.key';
let key = null;
try {
    key = sessionStorage.getItem(NAME);
} catch {
    // no storage: it lives as long as the page
}
let asking = null;
const listeners = [];

export function currentKey() {
    return key;
}

export function onKeyChange(listener) {
    listeners.push(listener);
}

export function setKey(value) {
    key = value;
    try {
        if (value === null) sessionStorage.removeItem(NAME);
        else sessionStorage.setItem(NAME, value);
    } catch {
        // see above
    }
    listeners.forEach((listener) => listener(key));
}

/** Asks for a key, once for all requests that wait for it. Answers false where the user cancels. `refused` is the key that did not do. */
export function askForKey(refused) {
    if (refused !== key) return Promise.resolve(true); // another request has got a newer one meanwhile
    asking ??= ask(refused !== null).finally(() => { asking = null; });
    return asking;
}

function ask(wrong) {
    const dialog = document.getElementById('key-dialog');
    const input = document.getElementById('key');
    const error = document.getElementById('key-error');
    error.hidden = !wrong;
    input.value = '';
    dialog.showModal();
    input.focus();
    document.getElementById('key-cancel').onclick = () => dialog.close();
    return new Promise((resolve) => {
        let given = false;
        document.getElementById('key-form').onsubmit = () => {
            given = true;
            setKey(input.value.trim());
        };
        dialog.addEventListener('close', () => {
            input.value = '';
            resolve(given);
        }, { once: true });
    });
}
