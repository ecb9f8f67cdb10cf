// docs/architecture.md, "Layers": a file imports from the layers above its own, and nothing goes in circles.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as ts from "typescript";
import { inRepository } from "../repository";

const layers = [
  ["core"],
  ["backend"],
  ["tables", "text", "hub"],
  ["weights"],
  ["models"],
  ["policies"],
  ["metrics"],
  ["generation"],
  ["preferences"],
  ["guidance"],
  ["objectives"],
  ["training"],
  ["evaluation"],
  ["figures"],
  ["index.ts"],
];
/** Folders that may use less than their place allows. */
const only: Record<string, string[]> = { objectives: ["core", "backend"], figures: ["core", "tables"] };
/** The loaders of data sets, outside src, are for these alone. */
const mayLoadData = ["index.ts"];

const src = inRepository("src");
const layerOf = (folder: string) => layers.findIndex(names => names.includes(folder));

/** The files of src, each with the files that it imports, relative to src and with forward slashes. */
function imports(): Map<string, string[]> {
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(file => file.endsWith(".ts"));
  return new Map(
    files.map(file => {
      const { importedFiles } = ts.preProcessFile(readFileSync(path.join(src, file), "utf8"), true, true);
      const own = importedFiles.map(({ fileName }) => fileName).filter(name => name.startsWith("."));
      return [slashed(file), own.map(name => slashed(`${path.normalize(path.join(path.dirname(file), name))}.ts`))];
    }),
  );
}

const slashed = (file: string) => file.split(path.sep).join("/");
const folderOf = (file: string) => file.split("/")[0];

/** What is wrong with these imports, one line each. */
function violations(files: Map<string, string[]>): string[] {
  const found: string[] = [];
  for (const [file, imported] of files) {
    const from = folderOf(file);
    if (layerOf(from) < 0) found.push(`${file} is in no layer`);
    for (const target of imported) {
      const to = folderOf(target);
      if (to === from) continue;
      const allowed = target.startsWith("../data/")
        ? mayLoadData.includes(from)
        : only[from]
          ? only[from].includes(to)
          : layerOf(to) >= 0 && layerOf(to) < layerOf(from);
      if (!allowed) found.push(`${file} imports ${target}`);
    }
  }
  return found;
}

/** One circle of imports, or nothing. */
function circle(files: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of files.get(file) ?? []) {
      const found = visit(target, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

test("every import of src goes to a layer above", () => {
  const files = imports();
  assert.ok(files.size > 20);
  assert.deepEqual(violations(files), []);
});

test("no imports in a circle", () => assert.equal(circle(imports()), undefined));

test("these checks find what they look for", () => {
  const wrong = new Map([
    ["core/a.ts", ["models/b.ts"]],
    ["models/b.ts", ["core/a.ts", "metrics/c.ts", "../kernel/main.ts"]],
    ["objectives/d.ts", ["core/a.ts", "guidance/e.ts"]],
    ["training/f.ts", ["../data/few-shot.ts"]],
    ["extra/g.ts", []],
  ]);
  assert.deepEqual(violations(wrong), [
    "core/a.ts imports models/b.ts",
    "models/b.ts imports metrics/c.ts",
    "models/b.ts imports ../kernel/main.ts",
    "objectives/d.ts imports guidance/e.ts",
    "training/f.ts imports ../data/few-shot.ts",
    "extra/g.ts is in no layer",
  ]);
  assert.deepEqual(circle(wrong), ["core/a.ts", "models/b.ts", "core/a.ts"]);
});
