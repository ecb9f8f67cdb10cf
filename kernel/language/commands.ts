/**
 * Lines that notebook users know from Python and that are not TypeScript: `!command`, `%%bash`, `%%time`. They become
 * TypeScript on the same lines.
 */
import type * as typescript from "typescript";
import { ts } from "./typescript";

/** How `%%time` begins a cell. */
const timed = /^\s*%%time[ \t]*(?=\n|$)/;

/** Whether a cell begins with `%%time`. */
export const isTimed = (source: string): boolean => timed.test(source);

const blankOf = (text: string): string => text.replace(/[^\n]/g, " ");

/** What to write for commands of other kernels. */
const instead: Record<string, string> = {
  cd: "process.chdir(folder)",
  conda: "!npm install NAME",
  env: "process.env.NAME",
  html: 'show({ "text/html": text })',
  javascript: 'show({ "application/javascript": text })',
  js: 'show({ "application/javascript": text })',
  latex: 'show({ "text/latex": text })',
  markdown: 'show({ "text/markdown": text })',
  npm: "!npm install NAME",
  pip: "!npm install NAME",
  svg: 'show({ "image/svg+xml": text })',
  time: "%%time in the first line of the cell",
  timeit: "%%time in the first line of the cell",
  writefile: 'fs.writeFileSync(name, text), with import * as fs from "node:fs"',
};

/** Errors: always. */
function unknown(line: string): never {
  const [command, name] = /^%{1,2}(\w*)/.exec(line.trim())!;
  const remedy = Object.hasOwn(instead, name!)
    ? `Write ${instead[name!]}.`
    : "There are %%time, %%bash, %%sh and !command; everything else is TypeScript.";
  throw Object.assign(new Error(`${command} is not known here. ${remedy}`), { name: "UnknownCommand" });
}

const marker = "__tokenwise_here";

/** Whether a statement can begin after `before`, and not a comment, text or expression go on. */
function isStatementStart(before: string): boolean {
  const visit = (node: typescript.Node): boolean =>
    (ts.isExpressionStatement(node) && ts.isIdentifier(node.expression) && node.expression.text === marker) ||
    ts.forEachChild(node, visit) === true;
  return visit(ts.createSourceFile("cell.ts", `${before}\n${marker};`, ts.ScriptTarget.ESNext));
}

/** Whether a line such as `!done && start()` is an expression: its first word is a name of the notebook. */
function isExpression(line: string, others: string, isKnown: (name: string) => boolean): boolean {
  const [, word] = /^\s*!+\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)?/u.exec(line)!;
  if (word === undefined) return !/^\s*!\s*[./~$]/.test(line);
  const isKeyword = ["async", "await", "function", "new", "this", "typeof"].includes(word);
  return (
    isKeyword ||
    isKnown(word) ||
    new RegExp(`(?<![\\p{ID_Continue}$])${word.replaceAll("$", "\\$")}(?![\\p{ID_Continue}$])`, "u").test(others)
  );
}

const call = (command: string, shell: string): string =>
  `void (globalThis as any).__tokenwise.shell(${JSON.stringify(command)}, ${JSON.stringify(shell)});`;

/**
 * The cell in TypeScript. `isKnown` tells whether earlier cells have declared a name; `blank` leaves spaces in place of
 * commands, so that all positions stay. Errors: a command of other kernels.
 */
export function withCommands(source: string, isKnown: (name: string) => boolean, blank = false): string {
  if (!/^\s*[!%]/m.test(source)) return source;
  const text = source.replace(timed, blankOf);
  const script = /^\s*%%(bash|sh)[ \t]*(?:\n|$)/.exec(text);
  if (script) {
    const body = text.slice(script[0].length);
    return blank ? blankOf(text) : call(body, script[1]!) + text.replace(/[^\n]/g, "");
  }
  const lines = text.split("\n");
  const done: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const isCandidate = /^\s*![^=]|^%{1,2}[a-zA-Z]/.test(line) && isStatementStart(done.join("\n"));
    if (isCandidate && /^\s*%/.test(line) && !blank) unknown(line);
    const others = [...lines.slice(0, i), ...lines.slice(i + 1)].join("\n");
    if (!isCandidate || isExpression(line, others, isKnown)) {
      done.push(line);
      continue;
    }
    const from = i;
    while (lines[i]!.endsWith("\\") && i + 1 < lines.length) i++;
    const command = lines.slice(from, i + 1);
    const written = blank
      ? command.map(blankOf)
      : [call(command.join("\n").replace(/^\s*!\s*/, ""), ""), ...command.slice(1).map(() => "")];
    done.push(...written);
  }
  return done.join("\n");
}
