// docs/architecture.md, "Style": one idea a file, so no file is long.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { inRepository } from "../repository";

const most = 250;
const lines = (text: string): number => text.split("\n").length - 1;

for (const folder of ["src", "kernel", "experiments"])
  test(`no file of ${folder} has more than ${most} lines`, { skip: !existsSync(inRepository(folder)) }, () => {
    const code = readdirSync(inRepository(folder), { recursive: true, encoding: "utf8" }).filter(file =>
      /\.(ts|mjs|h|cc|py)$/.test(file),
    );
    assert.ok(code.length > 5);
    const sizes = code.map(file => ({
      file,
      lines: lines(readFileSync(path.join(inRepository(folder), file), "utf8")),
    }));
    assert.deepEqual(
      sizes.filter(({ lines }) => lines > most),
      [],
    );
  });
