import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { sourcePath } from "../../src/hub/sources";
import { environment } from "../hub-server";
import { temporaryFolder } from "../temporary";

const { checkFile } = require(path.join(process.cwd(), "scripts/lib/sources.mjs"));
const a = {
  name: "a.txt",
  bytes: 3,
  sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
};

test("files are verified once, by the note that the set-up writes, too", async t => {
  const home = temporaryFolder(t);
  environment(t, { TOKENWISE_HOME: home });
  const folder = path.join(home, "models/letters");
  const file = path.join(folder, "a.txt");
  const note = path.join(folder, ".a.txt.verified.json");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, "abc");
  fs.utimesSync(file, 5, 5);
  assert.equal(await sourcePath("letters", { files: [a] }), file);
  assert.equal(await sourcePath("letters", { files: [a, a] }), folder);

  const written = fs.readFileSync(note, "utf8");
  assert.equal(await checkFile(folder, a), "ok");
  assert.equal(fs.readFileSync(note, "utf8"), written, "the set-up takes this note");
  fs.rmSync(note);
  assert.equal(await checkFile(folder, a), "ok");

  fs.writeFileSync(file, "xyz");
  fs.utimesSync(file, 5, 5);
  assert.equal(await sourcePath("letters", { files: [a] }), file, "same size and time: not read again");
  fs.utimesSync(file, 6, 6);
  await assert.rejects(sourcePath("letters", { files: [a] }), /letters: .*a\.txt \(3 bytes, 3 expected\) is damaged/);
});
