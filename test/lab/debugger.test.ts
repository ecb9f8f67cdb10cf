// JupyterLab's debugger, in a real browser. TOKENWISE_SCREENSHOTS names a folder for pictures to look at.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import * as path from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Locator } from "playwright-core";
import { type LabPage, openNotebook } from "./lab-page";
import { type LabServer, startBrowser, startLab, withoutLab } from "./lab-server";
import { newNotebook } from "./new-notebook";

const skip = withoutLab();
const sources = [
  "let total = 0;\nfunction add(n: number): number {\n  const twice = n * 2;\n  total += twice;\n  return total;\n}",
  'const words = ["a", "b"];\nconst sum = add(words.length);\nconsole.log("sum " + sum);\nsum',
];

let file: string;
let lab: LabServer;
let browser: Browser;
let notebook: LabPage;

before(async () => {
  if (skip) return;
  file = newNotebook(sources);
  [lab, browser] = await Promise.all([startLab([file]), startBrowser()]);
  notebook = await openNotebook(browser, lab, path.basename(file));
  await notebook.page.setViewportSize({ width: 1500, height: 1000 });
});
after(async () => {
  await browser?.close();
  await lab?.stop();
  if (file) rmSync(path.dirname(file), { recursive: true });
});

async function picture(name: string): Promise<void> {
  const folder = process.env.TOKENWISE_SCREENSHOTS;
  if (folder) await notebook.page.screenshot({ path: path.join(folder, `${name}.png`) });
}
/** Clicks beside a line, from 1: sets a breakpoint there, or removes it. */
const clickBeside = (cell: Locator, line: number): Promise<void> =>
  cell.locator(".cm-gutter.cm-breakpoint-gutter .cm-gutterElement").nth(line).click();
const run = async (cell: Locator): Promise<void> => {
  await cell.locator(".cm-content").click();
  await notebook.page.keyboard.press("Control+Enter");
};
const stoppedAt = (cell: Locator, text: string): Promise<void> =>
  cell.locator(".jp-DebuggerEditor-highlight", { hasText: text }).waitFor();
const press = (command: string): Promise<void> =>
  notebook.page.locator(`[data-command="debugger:${command}"]`).first().click();
const variables = (): Locator => notebook.page.locator(".jp-DebuggerVariables").first();

test("a breakpoint in a cell stops, variables show, and continue goes on", { skip }, async () => {
  const [first, second] = [notebook.cell(0), notebook.cell(1)];
  await run(first);
  await first.locator(".jp-InputArea-prompt", { hasText: "[1]" }).waitFor();
  await notebook.page.locator(".jp-DebuggerBugButton").first().click();
  await notebook.page.locator(".jp-DebuggerBugButton[aria-pressed='true']").first().waitFor();
  await second.locator(".cm-gutter.cm-breakpoint-gutter").waitFor();
  await clickBeside(second, 2);
  await second.locator(".cm-breakpoint-icon:visible").first().waitFor();
  await run(second);
  await stoppedAt(second, "const sum = add(words.length);");
  await variables().getByText("words").first().waitFor();
  await picture("debugger-cell");
  await press("continue");
  await second.locator(".jp-OutputArea-output", { hasText: "sum 4" }).first().waitFor();
  await clickBeside(second, 2);
});

test("a breakpoint in a function of an earlier cell stops, a step goes on to the next line", { skip }, async () => {
  const [first, second] = [notebook.cell(0), notebook.cell(1)];
  await clickBeside(first, 4);
  await first.locator(".cm-breakpoint-icon:visible").first().waitFor();
  await run(second);
  await stoppedAt(first, "total += twice;");
  await variables().getByText("twice").first().waitFor();
  const callstack = notebook.page.locator(".jp-DebuggerCallstack-body");
  assert.match((await callstack.textContent())!, /add.*In\[\d+\]/s);
  await variables().getByText("4", { exact: true }).first().waitFor(); // the value of twice
  await picture("debugger-function");
  await press("next");
  await stoppedAt(first, "return total;");
  await press("continue");
  await second.locator(".jp-OutputArea-output", { hasText: "sum 8" }).first().waitFor();
});

test("a cell that has stopped is interrupted by the button, and the next one runs", { skip }, async () => {
  const [first, second] = [notebook.cell(0), notebook.cell(1)];
  await run(second);
  await stoppedAt(first, "total += twice;");
  await clickBeside(first, 4);
  await notebook.page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
  await second.locator(".jp-InputArea-prompt", { hasText: /\[\d+\]/ }).waitFor();
  const next = await notebook.type("total > 0");
  await notebook.page.keyboard.press("Control+Enter");
  await next.locator(".jp-OutputArea-output", { hasText: "true" }).waitFor({ state: "attached" });
  assert.deepEqual(notebook.errors, []);
});
