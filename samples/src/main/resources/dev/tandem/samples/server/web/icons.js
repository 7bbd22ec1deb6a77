// The icons: 24 x 24, drawn as lines (their stroke comes from base.css). In the page itself <svg data-icon="name"> stands for one.

import { el, svg } from './dom.js';

const ICONS = {
    close: [['path', { d: 'M6 6l12 12M18 6L6 18' }]],
    new: [['path', { d: 'M12 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-6' }], ['path', { d: 'M18.4 3.6a1.4 1.4 0 0 1 2 2L12.5 13.5l-3 1 1-3z' }]],
    menu: [['path', { d: 'M4 7h16M4 12h16M4 17h10' }]],
    trash: [['path', { d: 'M4 7h16M10 11v6M14 11v6M6 7l1 12a2 2 0 0 0 2 2h6a2 2 0 0 0 2-2l1-12M9 7V4h6v3' }]],
    moon: [['path', { d: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z' }]],
    sun: [['circle', { cx: '12', cy: '12', r: '4' }], ['path', { d: 'M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4' }]],
    key: [['circle', { cx: '8', cy: '15', r: '4' }], ['path', { d: 'M11 12l9-9M16 7l3 3' }]],
    picture: [['rect', { x: '3', y: '4.5', width: '18', height: '15', rx: '2.5' }], ['circle', { cx: '8.5', cy: '9.5', r: '1.5' }], ['path', { d: 'M4 17.5l5-4.5 3.5 3 3.5-4 5 5' }]],
    up: [['path', { d: 'M12 19V5M6 11l6-6 6 6' }]],
    down: [['path', { d: 'M12 5v14M6 13l6 6 6-6' }]],
    stop: [['rect', { x: '7', y: '7', width: '10', height: '10', rx: '1.5', fill: 'currentColor' }]],
    copy: [['rect', { x: '9', y: '9', width: '11', height: '11', rx: '2' }], ['path', { d: 'M5 15H4.5A1.5 1.5 0 0 1 3 13.5v-9A1.5 1.5 0 0 1 4.5 3h9A1.5 1.5 0 0 1 15 4.5V5' }]],
    check: [['path', { d: 'M5 12.5l4.5 4.5L19 7.5' }]],
    again: [['path', { d: 'M20 11a8 8 0 0 0-14.5-3.5L4 9M4 4v5h5M4 13a8 8 0 0 0 14.5 3.5L20 15M20 20v-5h-5' }]],
    brush: [['path', { d: 'M9.5 13.5L19 4a1.8 1.8 0 0 1 2 2l-9.5 9.5M9.5 13.5a3.5 3.5 0 0 0-4 3.5c0 1.5-.5 2.5-2 3 3.5 1 8 .5 8-4.5' }]],
    save: [['path', { d: 'M12 4v11M7 10.5l5 5 5-5M4 19.5h16' }]],
    large: [['path', { d: 'M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7' }]],
    left: [['path', { d: 'M14.5 5l-7 7 7 7' }]],
    right: [['path', { d: 'M9.5 5l7 7-7 7' }]],
    alert: [['path', { d: 'M12 8v5M12 16.5v.1M10.3 4.3L2.8 17.5A2 2 0 0 0 4.5 20.5h15a2 2 0 0 0 1.7-3L13.7 4.3a2 2 0 0 0-3.4 0z' }]],
    shield: [['path', { d: 'M12 3l7.5 2.5V11c0 5-3.2 8.4-7.5 10-4.3-1.6-7.5-5-7.5-10V5.5z' }]],
    edit: [['path', { d: 'M4 20l1-4.5L16 4.5a2 2 0 0 1 3 0l.5.5a2 2 0 0 1 0 3L8.5 19z' }]],
    waves: [['path', { d: 'M3 9c2-2 4-2 6 0s4 2 6 0 4-2 6 0M3 15c2-2 4-2 6 0s4 2 6 0 4-2 6 0' }]],
    paw: [['ellipse', { cx: '12', cy: '16', rx: '4.5', ry: '3.8' }], ['circle', { cx: '6', cy: '11', r: '1.7' }], ['circle', { cx: '10', cy: '7', r: '1.7' }], ['circle', { cx: '14.5', cy: '7', r: '1.7' }], ['circle', { cx: '18.3', cy: '11', r: '1.7' }]],
    mountains: [['path', { d: 'M2.5 19L9 8l4 6.5L15 12l6.5 7zM17.5 7.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z' }]],
};

function draw(element, name) {
    element.replaceChildren(...ICONS[name].map(([shape, attributes]) => svg(shape, attributes)));
    element.setAttribute('viewBox', '0 0 24 24');
    return element;
}

export function icon(name) {
    return draw(svg('svg', { class: 'icon', 'aria-hidden': 'true' }), name);
}

export function setIcon(element, name) {
    draw(element, name);
}

/** Draws those that stand in the page. */
export function initIcons() {
    document.querySelectorAll('svg[data-icon]').forEach((element) => draw(element, element.dataset.icon));
}

/** A button with an icon and a label that only screen readers and the tooltip show. */
export function iconButton(name, label, testid, action) {
    const button = el('button', {
        type: 'button', className: 'icon-button small', title: label, dataset: { testid }, attributes: { 'aria-label': label },
    }, icon(name));
    button.addEventListener('click', action);
    return button;
}
