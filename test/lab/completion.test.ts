// Completion in JupyterLab, which waits for it no longer than a second, in a real browser.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import * as path from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { type LabPage, openNotebook } from "./lab-page";
import { type LabServer, startBrowser, startLab, withoutLab } from "./lab-server";
import { newNotebook } from "./new-notebook";

const skip = withoutLab();

let file: string;
let lab: LabServer;
let browser: Browser;
let notebook: LabPage;

before(async () => {
  if (skip) return;
  file = newNotebook([""]);
  [lab, browser] = await Promise.all([startLab([file]), startBrowser()]);
  notebook = await openNotebook(browser, lab, path.basename(file));
});
after(async () => {
  await browser?.close();
  await lab?.stop();
  if (file) rmSync(path.dirname(file), { recursive: true });
});

const popup = (text: string) => notebook.page.locator(".jp-Completer-item", { hasText: text }).first();

test("the first Tab after the kernel is idle shows names", { skip }, async () => {
  await notebook.cell(0).locator(".cm-content").click();
  await notebook.page.keyboard.insertText("tw.meanTo");
  await notebook.page.keyboard.press("Tab");
  await popup("meanTokens").waitFor({ timeout: 5000 });
  await notebook.page.keyboard.press("Enter");
  await notebook.cell(0).getByText("tw.meanTokens").waitFor();
});

test("names complete while a cell computes", { skip }, async () => {
  await notebook.type('console.log("here");\nfor (;;) {}');
  const busy = notebook.cell(1);
  await notebook.page.keyboard.press("Control+Enter");
  await busy.locator(".jp-OutputArea-output", { hasText: "here" }).waitFor();
  await notebook.type("Math.hyp");
  await notebook.page.keyboard.press("Tab");
  await popup("hypot").waitFor({ timeout: 5000 });
  await notebook.page.keyboard.press("Escape");
  await notebook.page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
  await busy.getByText("KeyboardInterrupt").first().waitFor();
  assert.deepEqual(notebook.errors, []);
});
