import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { loadWordNet } from "../../src/metrics/wordnet";
import { temporaryFolder } from "../temporary";

const licence = "  1 This software and database is being provided to you\r\n";

function wordNet(t: TestContext, changed: Record<string, string> = {}): string {
  const folder = temporaryFolder(t);
  mkdirSync(folder, { recursive: true });
  const files = {
    "data.noun":
      '00000001 06 n 04 car 0 auto 0 motor_car 0 Ford 1 001 @ 00000002 n 0000 | a machine; "he needs a car"\r\n',
    "noun.exc": "oxen ox\r\n",
    "data.verb": "00000001 38 v 02 stop 0 halt 0 000 01 + 01 00 | come to a halt\r\n",
    "verb.exc": "went go\r\n",
    "data.adj":
      "00000001 00 a 02 large 0 big(p) 0 000 | above average\r\n00000002 00 s 02 big 0 bad 0 000 | a big wind\r\n",
    "adj.exc": "",
    "data.adv": "",
    "adv.exc": "",
    ...changed,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), licence + content);
  return folder;
}

test("synonyms are single words of all sets and parts of speech, by base form", t => {
  const synonyms = loadWordNet(wordNet(t));
  const of = (word: string) => [...synonyms(word)].sort();
  assert.deepEqual(of("car"), ["Ford", "auto", "car"]);
  assert.deepEqual(of("Cars"), ["Ford", "auto", "car"]);
  assert.deepEqual(of("stopped"), []); // nltk knows no doubled consonant either
  assert.deepEqual(of("halting"), ["halt", "stop"]);
  assert.deepEqual(of("bigger"), []);
  assert.deepEqual(of("larger"), ["big", "large"]);
  assert.deepEqual(of("big"), ["bad", "big", "large"]);
  assert.deepEqual(of("motor_car"), ["Ford", "auto", "car"]);
  assert.deepEqual(of("constructor"), []);
});

test("an exception replaces the rules", t => {
  const folder = wordNet(t, { "noun.exc": "cars auto\r\n" });
  writeFileSync(
    path.join(folder, "data.noun"),
    "00000001 06 n 02 auto 0 wagon 0 000 | x\r\n00000002 06 n 02 car 0 coach 0 000 | y\r\n",
  );
  assert.deepEqual([...loadWordNet(folder)("cars")], ["auto", "wagon"]);
});

test("missing and malformed files are named", t => {
  assert.throws(() => loadWordNet("/nowhere"), /data.noun: WordNet's file cannot be read. Run `npm run setup`/);
  const folder = wordNet(t, { "data.verb": "00000001 38 v zz stop 0\r\n" });
  assert.throws(() => loadWordNet(folder), /data.verb:2: it is not in WordNet's format/);
});
