// The notebooks in a real JupyterLab, which takes minutes each: TOKENWISE_LAB_NOTEBOOKS=all, or parts of their names:
// 01,02.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";
import { openNotebook } from "./lab-page";
import { startBrowser, startLab, withoutLab } from "./lab-server";

const timeout = 15 * 60_000;

const wanted = (process.env.TOKENWISE_LAB_NOTEBOOKS ?? "").split(",").filter(Boolean);
const skip = wanted.length === 0 ? "asked for by TOKENWISE_LAB_NOTEBOOKS" : withoutLab();
const folder = inRepository("notebooks");
const notebooks = readdirSync(folder)
  .filter(name => name.endsWith(".ipynb"))
  .filter(name => wanted.length === 0 || wanted.some(part => part === "all" || name.includes(part)));

let browser: Browser;
before(async () => {
  if (!skip) browser = await startBrowser();
});
after(() => browser?.close());

for (const name of notebooks)
  test(`${name} runs and draws its figures`, { skip }, async t => {
    const lab = await startLab([path.join(folder, name)], {
      TOKENWISE_SETTING: "quick",
      TOKENWISE_RUN: temporaryFolder(t),
    });
    t.after(lab.stop);
    const { page, choose, ran, errors } = await openNotebook(browser, lab, name);
    await choose("Run", "Run All Cells");
    await ran(timeout);
    await page.waitForTimeout(3000); // the last figure and its picture
    await choose("File", "Save Notebook");
    await page.waitForTimeout(1000);

    const { cells } = JSON.parse(readFileSync(path.join(lab.folder, name), "utf8"));
    const outputs: any[] = cells.flatMap((cell: any) => cell.outputs ?? []);
    const failed = outputs.filter(output => output.output_type === "error");
    assert.deepEqual(failed, []);
    const figures = outputs.filter(output => output.data?.["application/vnd.plotly.v1+json"]);
    assert.equal(await page.locator(".tokenwise-plotly .main-svg:first-child").count(), figures.length);
    assert.ok(figures.every(({ data }) => data["image/png"]));
    assert.deepEqual(errors, []);
    const shots = process.env.TOKENWISE_SCREENSHOTS;
    if (shots) await page.screenshot({ path: path.join(shots, `${name}.png`) });
    await page.close();
  });
