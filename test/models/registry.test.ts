import assert from "node:assert/strict";
import { before, test } from "node:test";
import { selectBackend } from "../../src/backend/select";
import { loadModel } from "../../src/models/registry";
import { fileTensors, ggufFile, tinyMetadata } from "../gguf-file";
import { temporaryFile, temporaryFolder } from "../temporary";
import { tinyWeights } from "../tiny-llama";

before(() => selectBackend());

test("a model in another form", t =>
  assert.rejects(loadModel(temporaryFolder(t)), /^Error: loadModel: .* is no \.gguf file\. Name one\.$/));

test("a path is loaded as it is", async t => {
  const { bytes } = ggufFile(tinyMetadata, fileTensors(tinyWeights()));
  const model = await loadModel(temporaryFile(t, "own.gguf", bytes));
  assert.equal(model.name, "own.gguf");
  model.dispose();
});
