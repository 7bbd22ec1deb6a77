// Runs before the first paint, so that a remembered theme does not flash. The switch itself: theme.js.
try {
    const theme = localStorage.getItem('tandem.theme');
    if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
    // storage is switched off: the system's theme it is
}
