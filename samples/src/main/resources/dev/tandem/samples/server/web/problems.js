// What went wrong, in words for people, with a button that tries again.

import { ApiError } from './api.js';
import { el, textButton } from './dom.js';
import { icon } from './icons.js';

/** A sentence about an error. */
export function problemText(error) {
    if (!(error instanceof ApiError)) return 'Something went wrong in this page.';
    const said = error.message ? ` The server says: ${error.message}` : '';
    switch (error.status) {
        case 0:
            return error.code === 'cut'
                ? 'The answer broke off: the connection to the server was lost.'
                : 'The server cannot be reached. Is it running, and are you online?';
        case 400: return error.code === 'content_policy_violation' ? `This is not drawn.${said}` : `The server did not take this.${said}`;
        case 401: return 'This server asks for an API key.';
        case 403: return `The key does not allow this.${said}`;
        case 404: return error.code === 'photo_not_found' ? 'This photo is no longer there.' : 'This conversation is no longer there.';
        case 409: return 'Something else was said in this conversation meanwhile, perhaps in another tab.';
        case 408: return 'Sending took too long.';
        case 413: return 'This is too large for the server. A smaller picture or a shorter text may go through.';
        case 429: return error.code === 'rate_limit_exceeded' ? 'Too many of your requests are under way.' : 'The server is busy with other requests.';
        case 503: return 'The server is just starting or stopping.';
        case 504: return 'The answer took too long.';
        default: return `The server failed.${said}`;
    }
}

/** A notice with the problem, and buttons: retry() where it makes sense, and further ones ({ label, testid, action }). */
export function problemNotice(error, retry, ...others) {
    const text = el('p', {}, problemText(error));
    const notice = el('div', { className: 'notice problem', dataset: { testid: 'problem' }, attributes: { role: 'alert' } }, icon('alert'), text);
    const buttons = el('div', { className: 'notice-buttons' });
    if (retry) {
        const button = textButton('Try again', 'retry', retry);
        buttons.append(button);
        if (error.retryAfter) countDown(button, text, error.retryAfter);
    }
    for (const { label, testid, action } of others) buttons.append(textButton(label, testid, action, 'button quiet'));
    if (buttons.childElementCount > 0) notice.append(buttons);
    return notice;
}

function countDown(button, text, seconds) {
    text.append(` It asks to wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`);
    const until = Date.now() + seconds * 1000;
    const label = button.textContent;
    button.disabled = true;
    const tick = () => {
        const left = Math.ceil((until - Date.now()) / 1000);
        if (left <= 0 || (!button.isConnected && left < seconds)) {
            button.disabled = false;
            button.textContent = label;
            return;
        }
        button.textContent = `${label} in ${left} s`;
        setTimeout(tick, 250);
    };
    tick();
}

/** A quiet note, such as "Stopped". */
export function note(text, testid, ...buttons) {
    const element = el('div', { className: 'notice', dataset: { testid } }, el('p', {}, text));
    if (buttons.length > 0) element.append(el('div', { className: 'notice-buttons' }, ...buttons));
    return element;
}
