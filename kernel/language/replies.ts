/** Replies about code in the editor: completion, inspection, whether it is complete. */
import type * as typescript from "typescript";
import { isJsx } from "./cell-files";
import type { Compiler } from "./compile";
import { ts } from "./typescript";

// Jupyter counts code points, JavaScript UTF-16 units.
const toUnits = (text: string, points: number): number => Array.from(text).slice(0, points).join("").length;
const toPoints = (text: string, units: number): number => Array.from(text.slice(0, units)).length;

/** Content of complete_reply. */
export function completeReply(compiler: Compiler, content: Record<string, any>): object {
  const { code, cursor_pos } = content as { code: string; cursor_pos: number };
  const found = compiler.complete(code, toUnits(code, cursor_pos));
  const kinds = new Map(found.original?.entries.map(entry => [entry.name, entry.kind as string]));
  const [start, end] = [toPoints(code, found.start), toPoints(code, found.end)];
  const types = found.candidates.map(text => ({ start, end, text, type: kinds.get(text) ?? "" }));
  return {
    status: "ok",
    matches: found.candidates,
    cursor_start: start,
    cursor_end: end,
    metadata: { _jupyter_types_experimental: types },
  };
}

/** Content of inspect_reply: for a name, or for the function whose arguments surround the cursor. */
export function inspectReply(compiler: Compiler, content: Record<string, any>): object {
  const { code } = content;
  const position = toUnits(code, content.cursor_pos);
  const known = (at: number | undefined) => {
    const text = at === undefined ? "" : compiler.inspect(code, at);
    return text === "any" ? "" : text; // the compiler's answer for names that do not exist
  };
  const text = known(position) || known(calledAt(code, position));
  const found = text !== "";
  const data = found ? { "text/plain": text, "text/markdown": markdown(text) } : {};
  return { status: "ok", found, data, metadata: {} };
}

/** If `position` is among the arguments of a call: the end of the called function's name. */
function calledAt(code: string, position: number): number | undefined {
  const { length } = code.slice(0, position).trimEnd();
  let at: number | undefined;
  const visit = (node: typescript.Node): void => {
    if (node.pos > length || length > node.end) return;
    const called = ts.isCallExpression(node) || ts.isNewExpression(node) ? node.arguments : undefined;
    if (called && called.pos <= length && length <= called.end) at = (node as typescript.CallExpression).expression.end;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.Latest));
  return at;
}

/** The declaration as code, then the doc comment, which is Markdown already. */
function markdown(text: string): string {
  const end = text.indexOf("\n\n");
  const [declaration, docs] = end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end)];
  return `\`\`\`typescript\n${declaration}\n\`\`\`${docs}`;
}

/** Content of is_complete_reply. */
export function isCompleteReply(compiler: Compiler, content: Record<string, any>): object {
  const code = compiler.plain(content.code);
  const name = isJsx(code) ? "cell.tsx" : "cell.ts";
  const file = ts.createSourceFile(name, `export {}; ${code}`, ts.ScriptTarget.Latest); // a module: `await (x)` waits
  const [first] = (file as unknown as { parseDiagnostics: { messageText: unknown }[] }).parseDiagnostics;
  if (!first) return { status: "complete" };
  // tslab takes code with white space after an operator for complete. An empty line at the end means that no more is to
  // come.
  const { completed, indent } = compiler.isComplete(/\n\s*\n\s*$/.test(code) ? code : code.trimEnd());
  if (!completed) return { status: "incomplete", indent: indent ?? "" };
  return /^Unterminated/.test(String(first.messageText)) ? { status: "incomplete", indent: "" } : { status: "invalid" };
}
