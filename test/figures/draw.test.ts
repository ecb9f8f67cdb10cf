import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { drawFigure } from "../../src/figures/draw";
import { saveFigure } from "../../src/figures/export";
import { findBrowser } from "../../src/figures/find-browser";
import { temporaryFolder } from "../temporary";

const skip = findBrowser() ? false : "no browser on this machine";

const figure = {
  data: [{ y: new Float32Array([-1, 3, 2]), name: "reward" }],
  layout: { title: { text: "β ≤ 2 & more" }, width: 400, height: 300 },
};

test("SVG holds the texts as text and loads nothing", { skip }, async () => {
  const svg = (await drawFigure(figure, "svg")).toString("utf8");
  assert.match(svg, /^<svg [^>]*width="400" height="300"/);
  for (const text of ["β ≤ 2 &amp; more", "−1"]) assert.ok(svg.includes(`>${text}<`), text);
  assert.doesNotMatch(svg, /href="(?!#)/);
});

test("PNG has the size times the scale", { skip }, async () => {
  const pixels = async (size: object) => {
    const png = await drawFigure(figure, "png", size);
    assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  };
  const sizes = await Promise.all([{}, { scale: 1 }, { width: 200, height: 100, scale: 3 }].map(pixels));
  assert.deepEqual(sizes, [
    [800, 600],
    [400, 300],
    [600, 300],
  ]);
});

test("PDF is one page of the figure's size in points, with its fonts", { skip }, async t => {
  const file = path.join(temporaryFolder(t), "paper", "curve.pdf");
  await saveFigure(figure, file, { width: 480, height: 240 });
  const pdf = readFileSync(file, "latin1");
  assert.match(pdf, /^%PDF-1\./);
  const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf)!;
  assert.deepEqual([Math.round(Number(width)), Math.round(Number(height))], [360, 180]);
  assert.match(pdf, /\/Count 1\b/);
  assert.match(pdf, /\/FontFile/);
});

test("what cannot be drawn is said, and nothing is written", { skip }, async t => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, "a.svg");
  await assert.rejects(saveFigure(figure, file, { width: 0 }), /saveFigure: width is 0/);
  const broken = { data: [{ y: [() => 0] }], layout: {} };
  await assert.rejects(saveFigure(broken, file), /drawFigure: Plotly cannot draw the figure: .*data\[0\]\.y/);
  assert.deepEqual(readdirSync(folder), []);
});

test("without a browser the message names what to install; a wrong name is not passed over", () => {
  const draw = (variables: Record<string, string>) => {
    const script = `require(${JSON.stringify(path.resolve(__dirname, "../../src/figures/draw.js"))})
      .drawFigure({ data: [], layout: {} }, "svg").catch(error => process.stdout.write(error.message))`;
    const env = { PATH: "", HOME: "/nowhere", PLAYWRIGHT_BROWSERS_PATH: "/nowhere", ...variables };
    return spawnSync(process.execPath, ["-e", script], { env, encoding: "utf8" }).stdout;
  };
  assert.match(draw({}), /there is no browser .* Install Chromium, Chrome or Edge/);
  assert.match(draw({ TOKENWISE_BROWSER: "/nowhere/chrome" }), /TOKENWISE_BROWSER: "\/nowhere\/chrome" does not exist/);
});

test("a program that has drawn ends by itself, and its browser with it", { skip }, () => {
  const script = `
    const { drawFigure } = require(${JSON.stringify(path.resolve(__dirname, "../../src/figures/draw.js"))});
    drawFigure({ data: [{ y: [1, 2] }], layout: {} }, "svg").then(svg => process.stdout.write(String(svg.length > 1000)));`;
  const { status, stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([status, stdout], [0, "true"]);
});
