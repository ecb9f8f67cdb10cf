import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { bytesOf, openBinary, roomFor } from "../../src/weights/binary-file";
import { temporaryFile } from "../temporary";

test("bytes by position, into an array or into one that is used again", t => {
  const file = openBinary(temporaryFile(t, "x", Uint8Array.of(1, 2, 3, 4, 5)));
  t.after(file.close);
  const into = new Uint8Array(2);
  file.read(3, into, "it");
  assert.deepEqual([...into], [4, 5]);
  const glance = file.glance(0, 4, "it");
  assert.deepEqual([...glance], [1, 2, 3, 4]);
  assert.equal(file.glance(1, 2, "it").buffer, glance.buffer);
  assert.throws(() => file.read(4, into, "it"), /^Error: x: it ends after 1 of 2 bytes\. The file is damaged/);
});

test("a closed file is closed once and never read", t => {
  const handles = () => readdirSync("/proc/self/fd").length;
  const path = temporaryFile(t, "x", Uint8Array.of(1));
  const before = handles();
  const file = openBinary(path);
  file.close();
  const other = openBinary(path); // takes over the number
  file.close();
  assert.throws(() => file.read(0, new Uint8Array(1), "it"), /^Error: x: it is read after the file was closed\. Read/);
  other.read(0, new Uint8Array(1), "it");
  other.close();
  assert.equal(handles(), before);
});

test("room for values, and their bytes", () => {
  const values = roomFor(3, "x");
  values.set([1, 0, 1]);
  assert.deepEqual([...bytesOf(values)], [0, 0, 128, 63, 0, 0, 0, 0, 0, 0, 128, 63]);
  assert.throws(() => roomFor(2 ** 50, "x"), /^Error: x: there is no memory for its 1125899906842624 values\. Use/);
});
