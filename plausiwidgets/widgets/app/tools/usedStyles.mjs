// The rules of a style sheet that a script can use. A page in one file has no styles of missing tools.

const CLASS = /\.(pw-[\w-]+)/g;
const COMPOSED = /\b(pw-[\w-]+)\$\{/g;

/** The parts of a text between separators, except those within brackets. */
function split(text, separator) {
  const parts = [];
  let [depth, begin] = [0, 0];
  for (let k = 0; k < text.length; k++) {
    if (text[k] === "(") depth++;
    else if (text[k] === ")") depth--;
    else if (text[k] === separator && !depth) {
      parts.push(text.slice(begin, k));
      begin = k + 1;
    }
  }
  return [...parts, text.slice(begin)];
}

/** A selector without its parts in brackets, which list alternative classes. */
function outside(selector) {
  let text = selector;
  for (let last = ""; last !== text; ) [last, text] = [text, text.replace(/\([^()]*\)/g, "")];
  return text;
}

/** The rules of a minified style sheet, as pairs of the text before a block and the block. */
function* rulesOf(css) {
  for (let at = 0; at < css.length; ) {
    const open = css.indexOf("{", at);
    if (open < 0) return;
    let end = open + 1;
    for (let depth = 1; depth; end++) depth += { "{": 1, "}": -1 }[css[end]] ?? 0;
    yield [css.slice(at, open), css.slice(open + 1, end - 1)];
    at = end;
  }
}

/**
 * A minified style sheet without the rules whose classes are not in a script. A script may compose a class from a beginning and a
 * name.
 */
export function usedStyles(css, script) {
  const beginnings = [...script.matchAll(COMPOSED)].map(([, beginning]) => beginning);
  const isThere = (name) => script.includes(name) || beginnings.some((beginning) => name.startsWith(beginning));
  const isUsed = (selector) => [...outside(selector).matchAll(CLASS)].every(([, name]) => isThere(name));
  let used = "";
  for (const [before, block] of rulesOf(css)) {
    const isGroup = /^@(media|container|supports)/.test(before);
    const head = before.startsWith("@") ? before : split(before, ",").filter(isUsed).join(",");
    const body = isGroup ? usedStyles(block, script) : block;
    if (head && body) used += `${head}{${body}}`;
  }
  return used;
}
