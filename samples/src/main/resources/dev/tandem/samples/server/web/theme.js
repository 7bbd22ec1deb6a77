// Dark and light: the system's choice until the switch is used, which is remembered.

import { setIcon } from './icons.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

function current() {
    return document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light');
}

export function initTheme() {
    const button = document.getElementById('theme');
    const show = () => {
        const other = current() === 'dark' ? 'light' : 'dark';
        setIcon(document.getElementById('theme-icon'), other === 'dark' ? 'moon' : 'sun');
        document.getElementById('theme-label').textContent = other === 'dark' ? 'Dark theme' : 'Light theme';
    };
    button.addEventListener('click', () => {
        const theme = current() === 'dark' ? 'light' : 'dark';
        document.documentElement.dataset.theme = theme;
        try {
            localStorage.setItem('tandem.theme', theme);
        } catch {
            // not remembered, then
        }
        show();
    });
    dark.addEventListener('change', show);
    show();
}
