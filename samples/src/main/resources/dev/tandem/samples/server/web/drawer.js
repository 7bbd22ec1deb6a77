// The sidebar on narrow screens: a drawer over the conversation.

const byId = (id) => document.getElementById(id);
const narrow = matchMedia('(max-width: 760px)');
let open = false;

function apply() {
    const over = narrow.matches && open;
    byId('sidebar').classList.toggle('open', over);
    byId('sidebar').inert = narrow.matches && !open;
    byId('main').inert = over;
    byId('backdrop').hidden = !over;
    byId('open-sidebar').setAttribute('aria-expanded', String(over));
}

export function closeDrawer() {
    if (!open) return false;
    open = false;
    apply();
    if (narrow.matches) byId('open-sidebar').focus();
    return true;
}

export function initDrawer() {
    byId('open-sidebar').addEventListener('click', () => {
        open = true;
        apply();
        byId('close-sidebar').focus();
    });
    byId('close-sidebar').addEventListener('click', closeDrawer);
    byId('backdrop').addEventListener('click', closeDrawer);
    narrow.addEventListener('change', () => {
        open = false;
        apply();
    });
    apply();
}
