// A notebook far from any project still finds tokenwise, its types and what it depends on.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { type FileLookUp, withOwnPackages } from "../../../kernel/language/own-packages";
import { cellSession } from "../cell-session";

const directory = mkdtempSync(path.join(tmpdir(), "tokenwise-outside-"));
const near = path.join(directory, "node_modules/arquero");
mkdirSync(near, { recursive: true });
writeFileSync(path.join(near, "index.js"), "exports.table = () => 'the near one';");
writeFileSync(path.join(near, "index.d.ts"), "export declare function table(): string;");
process.chdir(directory);
const { compiler, run, close } = cellSession();

test.after(() => {
  close();
  process.chdir(tmpdir());
  rmSync(directory, { recursive: true });
});

test("tokenwise, its kernel and tfjs are found with their types", async () => {
  assert.equal(await run('import * as tw from "tokenwise"; tw.meanTokens().name'), "meanTokens");
  await assert.rejects(run("const sum: number = tw.meanTokens();"), { name: "TS2322" });
  assert.ok(compiler.complete("tw.meanT", 8).candidates.includes("meanTokens"));
  assert.equal(await run('import { show } from "tokenwise/kernel"; typeof show'), "function");
  assert.equal(await run('import * as tf from "@tensorflow/tfjs-core"; typeof tf.add'), "function");
});

test("tokenwise is found without its link in node_modules, which npm prunes when a package is installed", () => {
  const asked: string[] = [];
  const fileExists = (file: string): boolean => asked.push(file) > 0;
  withOwnPackages({ fileExists } as FileLookUp, directory).fileExists("/node_modules/tokenwise/package.json");
  assert.deepEqual(asked, [path.join(__dirname, "../../../../package.json")]);
});

test("a package beside the notebook comes first", async () => {
  assert.equal(await run('import { table } from "arquero"; table()'), "the near one");
});

test("what is nowhere is said as ever", async () => {
  await assert.rejects(run('import x from "no-such-package"'), { name: "TS2307" });
  await assert.rejects(run('require("no-such-package")'), { code: "MODULE_NOT_FOUND" });
  await assert.rejects(run('require("./package.json")'), { code: "MODULE_NOT_FOUND" });
});
