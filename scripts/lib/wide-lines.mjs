// Lines that are too wide: 120 columns for comments and prose, 100 for code in notebooks. The formatter holds other
// code.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const widths = { prose: 120, notebook: 100 };
const outside = new Set(["node_modules", "dist", "runs"]);

const isWide = (line, width) => line.length > width && [...line].length > width;
const address = /\bhttps?:\/\/\S{20}/;
const onlyLink = /^[\s>*/#-]*(\[[^\]]*\]\(\S+\)|<?https?:\/\/\S+>?)[.,;:]?\s*$/;

/** Line numbers from 1 of comments, and of code that ends in one, wider than 120 columns. */
export function wideComments(text, language) {
  const found = [];
  let inside;
  for (const [i, line] of text.split("\n").entries()) {
    const comment = inside !== undefined || hasComment(line, language);
    if (comment && isWide(line, widths.prose) && !onlyLink.test(line)) found.push(i + 1);
    inside = blockAfter(line, inside, language);
  }
  return found;
}

/** Strings and regular expressions give way, since they may hold what looks like a comment. */
const withoutStrings = line =>
  line.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|`(\\.|[^`\\])*`|\/(\\.|[^/\\*])(\\.|[^/\\])*\//g, "0");

function hasComment(line, language) {
  if (language === "py") return /^\s*#|\s#\s|"""/.test(line);
  return /^\s*(\/\/|\/\*)/.test(line) || /\s\/\/\s|\/\*/.test(withoutStrings(line));
}

/** The mark that ends the comment in which the next line lies, or undefined. */
function blockAfter(line, inside, language) {
  if (language === "py") return (line.split('"""').length - 1) % 2 === 0 ? inside : inside ? undefined : '"""';
  if (inside) return line.includes(inside) ? undefined : inside;
  const code = /^\s*\/\*/.test(line) ? line : withoutStrings(line);
  return code.includes("/*") && code.lastIndexOf("*/") < code.lastIndexOf("/*") ? "*/" : undefined;
}

/** Line numbers from 1 of a Markdown text that are wider than 120 columns. */
export function wideProse(text) {
  const found = [];
  let fence;
  for (const [i, line] of text.split("\n").entries()) {
    const mark = /^\s*(```+|~~~+)(\S*)/.exec(line);
    if (mark) fence = fence === undefined ? mark[2] : undefined;
    else if (isWide(line, widths.prose)) {
      const allowed =
        fence === undefined ? /^\s*\|/.test(line) || onlyLink.test(line) : fence === "text" || address.test(line);
      if (!allowed) found.push(i + 1);
    }
  }
  return found;
}

/** Wide lines of a notebook, each as [cell, line]: cells count from 0, lines from 1. */
export function wideCells(notebook) {
  return JSON.parse(notebook).cells.flatMap((cell, index) => {
    const source = [cell.source].flat().join("");
    const code = (line, i) => (isWide(line, widths.notebook) ? [i + 1] : []);
    const lines = cell.cell_type === "code" ? source.split("\n").flatMap(code) : wideProse(source);
    return lines.map(line => [index, line]);
  });
}

/** Every file below a folder, but those that are fetched or made. */
function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.name.startsWith(".") || outside.has(entry.name)) continue;
    if (entry.isDirectory()) yield* files(file);
    else if (entry.isFile()) yield file;
  }
}

const readers = {
  md: text => wideProse(text).map(line => [line]),
  ipynb: wideCells,
  py: text => wideComments(text, "py").map(line => [line]),
};
for (const ending of ["ts", "mjs", "cjs", "js", "h", "cc"])
  readers[ending] = text => wideComments(text, "c").map(line => [line]);

/** Every wide line below a folder, as FILE:LINE, or FILE:cell CELL:LINE. Notebooks that tests run are left out. */
export function wideLines(folder) {
  const fixtures = path.join(folder, "test", "notebooks");
  return [...files(folder)].sort().flatMap(file => {
    const isFixture = path.dirname(file) === fixtures && file.endsWith(".ipynb");
    const read = isFixture ? undefined : readers[path.extname(file).slice(1)];
    const place = parts => (parts.length === 1 ? parts[0] : `cell ${parts.join(":")}`);
    return read ? read(readFileSync(file, "utf8")).map(at => `${path.relative(folder, file)}:${place(at)}`) : [];
  });
}
