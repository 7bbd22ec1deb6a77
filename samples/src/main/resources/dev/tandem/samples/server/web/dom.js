// Building elements. Text always goes in as text: nothing here parses HTML.

/** An element with properties, attributes (in `attributes`), data (in `dataset`) and children, which are nodes or strings. */
export function el(name, properties = {}, ...children) {
    const element = document.createElement(name);
    const { attributes = {}, dataset = {}, ...rest } = properties;
    Object.assign(element, rest);
    Object.assign(element.dataset, dataset);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(name, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
}

export function textButton(label, testid, action, className = 'button') {
    const button = el('button', { type: 'button', className, dataset: { testid } }, label);
    button.addEventListener('click', action);
    return button;
}

/** Says something to screen readers, after what they are saying now. */
export function announce(text) {
    const region = document.getElementById('announcer');
    region.textContent = '';
    // a region that is set to the same text again stays silent, so it is emptied first
    setTimeout(() => { region.textContent = text; }, 50);
}
