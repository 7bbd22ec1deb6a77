// The agent's words with a little Markdown: bold, italic, code, lists and links. Elements are built one by one and text goes in as text:
// what is no markup of these kinds stays as it was written, HTML too.

import { el } from './dom.js';

const FENCE = /^ {0,3}```[\w+#.-]*\s*$/;
const FENCE_END = /^ {0,3}```\s*$/;
const ITEM = /^( *)([-*+]|(\d{1,9})[.)]) +(\S.*)$/;
/** A last line that may yet become an item or a fence. */
const UNDECIDED = /^ *([-*+]|\d{1,9}[.)]?|`{1,3}[\w+#.-]*) *$/;
const LINK = /\[([^[\]\n]{1,500})\]\(([^\s()]{0,2000}(?:\([^\s()]{0,2000}\)[^\s()]{0,2000}){0,9})\)/y;
/** A last piece that may yet become a link. */
const LINK_BEGUN = /\[([^[\]\n]{0,500})(?:\](?:\([^\s()]{0,2000})?)?$/y;
const ESCAPED = /[\\`*_[\]()]/;
const DEEPEST = 6;

/** A text that may still grow. Markup that is begun looks as it will when it is complete; only what never gets an end turns back into characters. */
export class Prose {
    constructor() {
        this.source = '';
        this.shown = [];
        this.element = el('div', { className: 'text', dataset: { testid: 'answer-text' } });
    }

    add(text) {
        this.source += text;
        this.render(true);
    }

    finish() {
        this.render(false);
    }

    render(open) {
        const blocks = blocksOf(this.source, open);
        const keys = blocks.map((block, index) => JSON.stringify([block, open && index === blocks.length - 1]));
        let same = 0;
        while (same < keys.length && keys[same] === this.shown[same]) same++; // these stay, so that what is selected stays selected
        while (this.element.childElementCount > same) this.element.lastElementChild.remove();
        blocks.slice(same).forEach((block, index) => this.element.append(blockElement(block, open && same + index === blocks.length - 1)));
        this.shown = keys;
    }
}

/** Paragraphs { text }, code { code } and lists { items }. */
function blocksOf(source, open) {
    const lines = source.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n');
    const blocks = [];
    let block = null;
    let code = null;
    lines.forEach((line, index) => {
        const undecided = open && index === lines.length - 1 && UNDECIDED.test(line);
        if (code) {
            if (FENCE_END.test(line)) code = null;
            else if (!(undecided && line.includes('`'))) code.code += (code.code === null ? '' : '\n') + line;
            return;
        }
        if (undecided) return;
        const item = ITEM.exec(line);
        if (FENCE.test(line)) {
            block = null;
            code = { code: '' };
            blocks.push(code);
        } else if (line.trim() === '') {
            if (block?.items) block.loose = true;
            else block = null;
        } else if (item && (block?.items || item[3] === undefined || Number(item[3]) === 1 || block === null)) {
            const entry = { indent: item[1].length, number: item[3] === undefined ? null : Number(item[3]), text: item[4] };
            const first = block?.items?.[0];
            if (!first || (entry.indent <= first.indent && (entry.number === null) !== (first.number === null))) {
                block = { items: [] };
                blocks.push(block);
            }
            block.items.push(entry);
            block.loose = false;
        } else if (block?.items && !block.loose && line.startsWith(' ')) {
            block.items.at(-1).text += `\n${line.trim()}`;
        } else if (block?.text !== undefined) {
            block.text += `\n${line}`;
        } else {
            block = { text: line };
            blocks.push(block);
        }
    });
    return blocks;
}

function blockElement({ code, items, text }, open) {
    if (code !== undefined) return el('pre', {}, el('code', {}, code.replace(/^\n/, '')));
    if (items !== undefined) return list(items, open);
    return el('p', {}, ...inline(text.trimEnd(), open));
}

function list(items, open) {
    const begin = ({ indent, number }) => ({ indent, element: number === null ? el('ul') : el('ol', { start: number }) });
    const levels = [begin(items[0])];
    items.forEach((item, index) => {
        while (levels.length > 1 && item.indent < levels.at(-1).indent) levels.pop();
        const outer = levels.at(-1);
        if (item.indent > outer.indent + 1 && outer.element.lastElementChild && levels.length < DEEPEST) {
            levels.push(begin(item));
            outer.element.lastElementChild.append(levels.at(-1).element);
        }
        levels.at(-1).element.append(el('li', {}, ...inline(item.text, open && index === items.length - 1)));
    });
    return levels[0].element;
}

/** Words with bold, italic, code and links as nodes. */
function inline(text, open, depth = 0) {
    const nodes = [];
    const endless = new Set(); // delimiters that have no end in what remains: they are looked for once
    let plain = '';
    let at = 0;
    const put = (...more) => {
        if (plain !== '') nodes.push(plain);
        plain = '';
        nodes.push(...more);
    };
    while (at < text.length) {
        const found = depth < DEEPEST ? markup(text, at, open, depth, endless) : null;
        if (found === null) {
            plain += text[at++];
        } else {
            if (found.plain !== undefined) plain += found.plain;
            else put(...found.nodes);
            at = found.end;
        }
    }
    put();
    return nodes;
}

/** What begins at a place: { nodes or plain, end }, or null where it is a character like others. */
function markup(text, at, open, depth, endless) {
    switch (text[at]) {
        case '\\': return ESCAPED.test(text[at + 1] ?? '') ? { plain: text[at + 1], end: at + 2 } : null;
        case '`': return codeSpan(text, at, open, endless);
        case '*':
        case '_': return emphasis(text, at, open, depth, endless);
        case '[': return link(text, at, open, depth);
        default: return null;
    }
}

function codeSpan(text, at, open, endless) {
    let from = at;
    while (text[from] === '`') from++;
    const ticks = text.slice(at, from);
    const to = endless.has(ticks) ? -1 : text.indexOf(ticks, from);
    if (to > from) return { nodes: [el('code', {}, text.slice(from, to).trim())], end: to + ticks.length };
    endless.add(ticks);
    if (!open) return { plain: ticks, end: from };
    const begun = text.slice(from).replace(/`+$/, '');
    return { nodes: begun === '' ? [] : [el('code', {}, begun.trim())], end: text.length };
}

function emphasis(text, at, open, depth, endless) {
    const mark = text[at];
    const delimiter = text[at + 1] === mark ? mark + mark : mark;
    const from = at + delimiter.length;
    if (open && from >= text.length) return { nodes: [], end: from }; // what it delimits is still to come
    if (/^\s?$/.test(text[from] ?? '') || (mark === '_' && /\w/.test(text[at - 1] ?? ''))) return { plain: delimiter, end: from };
    const to = endless.has(delimiter) ? -1 : closing(text, delimiter, from);
    const name = delimiter.length === 2 ? 'strong' : 'em';
    const end = to + delimiter.length;
    // an end at the very end may be the beginning of a longer one, so what is in it is not closed yet
    if (to > from) return { nodes: [el(name, {}, ...inline(text.slice(from, to), open && end === text.length, depth + 1))], end };
    endless.add(delimiter);
    return open ? { nodes: [el(name, {}, ...inline(text.slice(from), true, depth + 1))], end: text.length } : { plain: delimiter, end: from };
}

function closing(text, delimiter, from) {
    const mark = delimiter[0];
    for (let to = text.indexOf(delimiter, from + 1); to >= 0; to = text.indexOf(delimiter, to + 1)) {
        if (delimiter.length === 1 && text[to + 1] === mark) {
            to++; // two of them are another delimiter
        } else {
            while (delimiter.length === 2 && text[to + 2] === mark) to++;
            if (!/\s/.test(text[to - 1]) && !(mark === '_' && /\w/.test(text[to + delimiter.length] ?? ''))) return to;
        }
    }
    return -1;
}

function link(text, at, open, depth) {
    LINK.lastIndex = at;
    const found = LINK.exec(text);
    if (found) {
        const [all, label, address] = found;
        const href = text[at - 1] === '!' ? null : webAddress(address);
        if (href === null) return { plain: all, end: at + all.length };
        const properties = { href, title: href, target: '_blank', rel: 'noopener noreferrer' };
        return { nodes: [el('a', properties, ...inline(label, false, depth + 1))], end: at + all.length };
    }
    LINK_BEGUN.lastIndex = at;
    const begun = open && text[at - 1] !== '!' ? LINK_BEGUN.exec(text) : null;
    return begun ? { nodes: inline(begun[1], true, depth + 1), end: text.length } : null;
}

/** The address if it is one of the web; javascript:, data: and the like are not, nor is what leads into this page. */
function webAddress(address) {
    try {
        const { protocol, href } = new URL(address);
        return protocol === 'https:' || protocol === 'http:' ? href : null;
    } catch {
        return null;
    }
}
