import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, type TestContext, test } from "node:test";
import { selectBackend } from "../../src/backend/select";
import { loadModel } from "../../src/models/registry";
import { fileTensors, ggufFile, tinyMetadata } from "../gguf-file";
import { temporaryFile, temporaryFolder } from "../temporary";
import { tinyWeights } from "../tiny-llama";

before(() => selectBackend());

function emptyHome(t: TestContext): string {
  const before = process.env.TOKENWISE_HOME;
  t.after(() => {
    if (before === undefined) delete process.env.TOKENWISE_HOME;
    else process.env.TOKENWISE_HOME = before;
  });
  return (process.env.TOKENWISE_HOME = temporaryFolder(t));
}

test("an unknown name lists those there are", async () => {
  for (const name of ["gpt-5", "toString"])
    await assert.rejects(
      loadModel(name),
      new RegExp(
        `^Error: loadModel: there is no model "${name}"\\. Use .*smollm2-135m.*, or a path to a \\.gguf file\\.$`,
      ),
    );
});

test("a model that was not fetched", async t => {
  const home = emptyHome(t);
  await assert.rejects(loadModel("smollm2-135m"), error => {
    assert.match((error as Error).message, /^SmolLM2.*\.gguf: there is no file .* Run `npm run setup` to fetch it\.$/);
    assert.ok((error as Error).message.includes(path.join(home, "models", "smollm2-135m")));
    return true;
  });
});

test("a file with other content", async t => {
  const folder = path.join(emptyHome(t), "models", "smollm2-135m");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "SmolLM2-135M-Instruct.Q4_1.gguf"), "GGUF");
  await assert.rejects(
    loadModel("smollm2-135m"),
    /^Error: SmolLM2.*\(4 bytes, 98362432 expected\) is damaged: its checksum differs\. Run `npm run setup`/,
  );
});

test("a path is loaded as it is", async t => {
  const { bytes } = ggufFile(tinyMetadata, fileTensors(tinyWeights()));
  const model = await loadModel(temporaryFile(t, "own.gguf", bytes));
  assert.equal(model.name, "own.gguf");
  model.dispose();
});
