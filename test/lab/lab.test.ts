// The kernel and its renderers in a real JupyterLab, in a real browser. TOKENWISE_SCREENSHOTS names a folder for
// pictures to look at.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { inRepository } from "../repository";
import { type LabPage, openNotebook } from "./lab-page";
import { jupyter, type LabServer, startBrowser, startLab, withoutLab } from "./lab-server";

const skip = withoutLab();
const fixture = inRepository("test/notebooks/lab.ipynb");

let lab: LabServer;
let browser: Browser;
let notebook: LabPage;

before(async () => {
  if (skip) return;
  [lab, browser] = await Promise.all([startLab([fixture]), startBrowser()]);
  notebook = await openNotebook(browser, lab, "lab.ipynb");
});
after(async () => {
  await browser?.close();
  await lab?.stop();
});

async function picture(name: string): Promise<void> {
  const folder = process.env.TOKENWISE_SCREENSHOTS;
  if (folder) await notebook.page.screenshot({ path: path.join(folder, `${name}.png`) });
}

test("figures are drawn, a live one up to its last version", { skip }, async () => {
  await notebook.choose("Run", "Run All Cells");
  await notebook.ran();
  await notebook.cell(1).locator(".tokenwise-plotly .heatmaplayer image").waitFor();
  assert.match(await notebook.cell(1).locator(".tokenwise-plotly .gtitle").innerHTML(), /Learned rewards/);
  const points = notebook.cell(2).locator(".tokenwise-plotly .point");
  await points.nth(4).waitFor();
  assert.equal(await notebook.cell(2).locator(".tokenwise-plotly").count(), 1);
  assert.equal(await points.count(), 5);
});

test("tokens are coloured, numbered and underlined by reward, and read by keyboard", { skip }, async () => {
  const output = notebook.cell(3).locator(".tokenwise-guidance");
  const tokens = output.locator(".tokenwise-token");
  const style = (i: number) =>
    tokens
      .nth(i)
      .locator("span")
      .evaluate(span => {
        const { backgroundColor, borderBottomWidth } = getComputedStyle(span);
        return [backgroundColor, borderBottomWidth, span.textContent];
      });
  assert.deepEqual(await tokens.locator("small").allTextContents(), [
    "0.05",
    "0.3",
    "0.1",
    "0.95",
    "0.4",
    "",
    "0.2",
    "0",
    "0.6",
  ]);
  assert.deepEqual(await style(3), ["rgb(94, 183, 231)", "5px", " thin"]);
  assert.deepEqual(await style(7), ["rgb(251, 243, 196)", "0px", "␣"]);
  assert.deepEqual(await style(6), ["rgb(218, 230, 203)", "1px", "<script>"]);

  await tokens.nth(3).hover();
  assert.equal(await output.locator("output").textContent(), 'token 4 " thin": reward 0.95');
  await tokens.nth(0).focus();
  for (const key of ["ArrowRight", "ArrowRight"]) await notebook.page.keyboard.press(key);
  assert.equal(await output.locator("output").textContent(), 'token 3 " is": reward 0.1');
  await output.getByLabel("numbers").uncheck();
  assert.equal(await tokens.locator("small").first().isVisible(), false);
  await output.getByLabel("numbers").check();
});

test("candidates stand side by side, best first, as text", { skip }, async () => {
  const cards = notebook.cell(4).locator(".tokenwise-candidate");
  assert.deepEqual(await cards.locator("header").allInnerTexts(), [
    "1 best\nutility 0.61",
    "2, tied\nutility 0.2",
    "2, tied\nutility 0.2",
  ]);
  assert.equal(await cards.nth(2).locator(".tokenwise-text").textContent(), "<b>Nothing</b>");
  const boxes = await Promise.all([0, 1, 2].map(i => cards.nth(i).boundingBox()));
  assert.ok(boxes.every(box => box!.y === boxes[0]!.y) && boxes[0]!.x < boxes[1]!.x && boxes[1]!.x < boxes[2]!.x);
  await picture("light");
});

test("the dark theme keeps everything readable", { skip }, async () => {
  await notebook.choose("Settings", "Theme", "JupyterLab Dark");
  await notebook.page.locator('body[data-jp-theme-light="false"]').waitFor({ state: "attached" });
  const colourOf = (selector: string) =>
    notebook.page
      .locator(selector)
      .first()
      .evaluate(element => getComputedStyle(element).color.match(/\d+/g)!.map(Number));
  const [token] = await colourOf(".tokenwise-rewarded");
  const [text] = await colourOf(".tokenwise-preferences figure");
  assert.ok(token! === 0 && text! > 150, `${token}, ${text}`);
  await picture("dark");
  await notebook.choose("Settings", "Theme", "JupyterLab Light");
});

test("names complete with their kind while one types", { skip }, async () => {
  await notebook.type("tw.meanTo");
  await notebook.page.keyboard.press("Tab");
  const item = notebook.page.locator(".jp-Completer-item", { hasText: "meanTokens" });
  await item.waitFor();
  await picture("completion");
  await notebook.page.keyboard.press("Enter");
  await notebook.cell(5).getByText("tw.meanTokens").waitFor();
});

test("the interrupt button stops a training loop, and the next cell runs", { skip }, async () => {
  const training = await notebook.type(
    'let step = 0;\nfor (;;) {\n  step++;\n  await null;\n  if (step % 1000000 === 1) console.log("training");\n}',
  );
  await notebook.page.keyboard.press("Control+Enter");
  await training.locator(".jp-OutputArea-output", { hasText: "training" }).waitFor();
  await notebook.page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
  await training.getByText("KeyboardInterrupt").first().waitFor({ timeout: 5000 });
  const next = await notebook.type("step > 0");
  await notebook.page.keyboard.press("Control+Enter");
  await next.locator(".jp-OutputArea-output", { hasText: "true" }).waitFor({ state: "attached" });
  await picture("interrupted");
});

test("the saved notebook holds pictures, and nbconvert's page shows them", { skip }, async () => {
  await notebook.choose("File", "Save Notebook");
  const saved = path.join(lab.folder, "lab.ipynb");
  const figures = () =>
    JSON.parse(readFileSync(saved, "utf8"))
      .cells.flatMap((cell: any) => cell.outputs)
      .filter((output: any) => output.data?.["application/vnd.plotly.v1+json"]);
  while (figures().length < 2) await notebook.page.waitForTimeout(100);
  for (const { data } of figures())
    assert.equal(Buffer.from(data["image/png"], "base64").toString("latin1", 1, 4), "PNG");

  const { status, stderr } = spawnSync(jupyter, ["nbconvert", "--to", "html", saved], {
    encoding: "utf8",
    env: lab.env,
  });
  assert.equal(status, 0, stderr);
  const page = await browser.newPage();
  await page.route("http*://**", route => route.abort());
  await page.goto(pathToFileURL(saved.replace(/ipynb$/, "html")).href, { waitUntil: "domcontentloaded" });
  const images = page.locator('img[alt="Figure"]');
  await images.nth(1).waitFor();
  const widths = await images.evaluateAll(found => found.map(image => (image as HTMLImageElement).naturalWidth));
  assert.deepEqual(widths, [1400, 1400]);
  assert.deepEqual(notebook.errors, []);
});
