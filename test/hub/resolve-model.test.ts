import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { resolveModel } from "../../src/hub/resolve-model";
import { environment, startHub } from "../hub-server";
import { inRepository } from "../repository";
import { temporaryFile, temporaryFolder } from "../temporary";

function emptyHome(t: TestContext): string {
  const home = temporaryFolder(t);
  environment(t, { TOKENWISE_HOME: home });
  return home;
}

test("a name of the set-up comes before a path, a path before the hub", async t => {
  const hub = await startHub(t, { "config.json": "{}", "model.safetensors": "w", "q4.gguf": "G" });
  const folder = temporaryFolder(t);
  const before = process.cwd();
  process.chdir(folder);
  t.after(() => process.chdir(before));
  mkdirSync("tiny/model", { recursive: true });
  assert.deepEqual(await resolveModel("tiny/model"), {
    path: path.resolve("tiny/model"),
    origin: path.resolve("tiny/model"),
  });
  assert.equal(hub.seen.length, 0);

  process.chdir(before);
  const origin = `tiny/model@${hub.commit}`;
  const found = await resolveModel("tiny/model@v1");
  assert.deepEqual(found, {
    path: path.join(hub.home, "hub/models--tiny--model/snapshots", hub.commit),
    origin,
  });
  assert.deepEqual(await resolveModel("tiny/model", { revision: "v1" }), found);
  const file = await resolveModel("tiny/model/q4.gguf");
  assert.deepEqual(file, { path: path.join(found.path, "q4.gguf"), origin: `tiny/model/q4.gguf@${hub.commit}` });
  hub.close();
  assert.deepEqual(await resolveModel(found.origin), found);
  assert.deepEqual(await resolveModel(file.origin), file);
});

test("the toy of the repository is found from anywhere", async t => {
  emptyHome(t);
  const before = process.cwd();
  process.chdir(temporaryFolder(t));
  t.after(() => process.chdir(before));
  assert.deepEqual(await resolveModel("tiny-lm"), { path: inRepository("data", "tiny-lm"), origin: "tiny-lm" });
});

test("what is no model is said", async t => {
  await startHub(t, {});
  const text = temporaryFile(t, "model.txt", "");
  await assert.rejects(resolveModel(text), /model\.txt: this file is not a model/);
  for (const name of [
    "./model",
    "../x/y",
    "/x",
    "model.gguf",
    "here/model.safetensors",
    "a/b/c/model.safetensors",
    "a/b/c",
    "C:\\x",
  ])
    await assert.rejects(resolveModel(name), /there is no such file or folder\. The current folder is/, name);
  await assert.rejects(resolveModel("no/such/model.gguf"), /no\/such@main: .* has no such model.* No path in /);
  await assert.rejects(resolveModel("gpt2", { signal: AbortSignal.abort() }), { name: "AbortError" });
  for (const name of ["gpt-5", "toString"])
    await assert.rejects(
      resolveModel(name),
      new RegExp(`${name}@main: http.* has no such model.* Models of the set-up: smollm2-135m, minilm-l6, tiny-lm\\.$`),
    );
});

test("a model that was not fetched", async t => {
  const home = emptyHome(t);
  for (const [name, command] of [
    ["smollm2-135m", "npm run setup"],
    ["minilm-l6", "npm run setup -- --with minilm-l6"],
  ])
    await assert.rejects(resolveModel(name), error => {
      const { message } = error as Error;
      assert.ok(message.startsWith(`${name}: there is no file ${path.join(home, "models", name)}`), message);
      assert.ok(message.endsWith(`Run \`${command}\` to fetch it.`), message);
      return true;
    });
});

test("a file with other content", async t => {
  const folder = path.join(emptyHome(t), "models", "smollm2-135m");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "SmolLM2-135M-Instruct.Q4_1.gguf"), "GGUF");
  await assert.rejects(
    resolveModel("smollm2-135m"),
    /^Error: smollm2-135m: .*SmolLM2.*\(4 bytes, 98362432 expected\) is damaged: .* Run `npm run setup`/,
  );
});
