// docs/architecture.md, "Layers": a file imports from the layers above its own, and nothing goes in circles.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as ts from "typescript";
import { inRepository } from "../repository";

/**
 * Folders, and files beside them, each layer above those that may import from it. Scripts and tests may import
 * everything.
 */
const layers = [
  ["src/core"],
  ["src/backend"],
  ["src/text", "src/hub"],
  ["src/tables"],
  ["data", "src/weights"],
  ["src/models"],
  ["src/policies"],
  ["src/metrics"],
  ["src/generation"],
  ["src/preferences"],
  ["src/guidance"],
  ["src/objectives"],
  ["src/credit"],
  ["src/training"],
  ["src/evaluation"],
  ["src/figures"],
  ["src/index.ts"],
  ["kernel/wire", "kernel/values", "kernel/language", "kernel/lab-extension"],
  ["kernel/modules", "kernel/output"],
  ["kernel/cells", "kernel/debugger"],
  ["kernel/threads"],
  ["kernel/host.ts"],
  ["kernel/tools"],
  ["kernel/index.ts", "kernel/kernel.ts"],
  ["kernel/main.ts"],
  ["experiments/lib"],
  ["experiments/prompt", "experiments/summarization", "experiments/synthetic", "experiments/credit"],
  ["experiments/tiny-lm", "experiments/dry-run.ts", "experiments/index.ts"],
];

/** Folders that may import less than their layer allows. The rule of a top folder is about other top folders. */
const only: Record<string, string[]> = {
  "src/objectives": ["src/core", "src/backend"],
  "src/credit": ["src/core", "src/backend", "src/objectives"],
  "src/figures": ["src/core", "src/tables"],
  experiments: ["src", "data", "kernel/index.ts"],
  kernel: ["src/core", "src/figures", "src/index.ts"], // index.ts is loaded when a cell first uses `tw`
};
/** The loaders of data sets are for these alone, of all that is in src. */
const mayLoadData = ["src/index.ts"];

const layerOf = (folder: string) => layers.findIndex(names => names.includes(folder));
const slashed = (file: string) => file.split(path.sep).join("/");
const topOf = (file: string) => file.split("/")[0];
/** "src/core" of "src/core/errors.ts". */
const folderOf = (file: string) => (topOf(file) === "data" ? "data" : file.split("/").slice(0, 2).join("/"));

/** The files of src, data, experiments and kernel, each with the files that it imports, relative to the repository. */
function imports(): Map<string, string[]> {
  const tops = ["src", "data", "experiments", "kernel"].filter(top => existsSync(inRepository(top)));
  const files = tops.flatMap(top =>
    readdirSync(inRepository(top), { recursive: true, encoding: "utf8" }).map(file => path.join(top, file)),
  );
  return new Map(
    files
      .filter(file => file.endsWith(".ts"))
      .map(file => {
        const { importedFiles } = ts.preProcessFile(readFileSync(inRepository(file), "utf8"), true, true);
        const own = importedFiles.map(({ fileName }) => fileName).filter(name => name.startsWith("."));
        return [slashed(file), own.map(name => resolved(path.join(path.dirname(file), name)))];
      }),
  );
}

/** The file of an import without its ending: a folder stands for its index.ts. */
const resolved = (target: string) =>
  slashed(existsSync(inRepository(`${target}.ts`)) ? `${target}.ts` : path.join(target, "index.ts"));

function mayImport(from: string, to: string): boolean {
  const rule = only[from] ?? (topOf(from) === topOf(to) ? undefined : only[topOf(from)]);
  if (rule && !rule.some(allowed => allowed === to || allowed === topOf(to))) return false;
  if (to === "data" && topOf(from) === "src") return mayLoadData.includes(from);
  return layerOf(to) >= 0 && layerOf(to) < layerOf(from);
}

/** The imports that break a rule and the files without a layer, one line each. */
function violations(files: Map<string, string[]>): string[] {
  const found: string[] = [];
  for (const [file, imported] of files) {
    const from = folderOf(file);
    if (layerOf(from) < 0) found.push(`${file} is in no layer`);
    for (const target of imported) {
      const to = folderOf(target);
      if (to !== from && !mayImport(from, to)) found.push(`${file} imports ${target}`);
    }
  }
  return found;
}

/** One circle of imports, if there is any. */
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

test("every import goes to a layer above", () => {
  const files = imports();
  for (const folder of ["src/core/", "data/", "kernel/wire/"])
    assert.ok(
      [...files.keys()].some(file => file.startsWith(folder)),
      folder,
    );
  assert.deepEqual(violations(files), []);
});

test("no imports in a circle", () => assert.equal(circle(imports()), undefined));

test("these checks find what they look for", () => {
  const wrong = new Map([
    ["src/core/a.ts", ["src/models/b.ts"]],
    ["src/models/b.ts", ["src/core/a.ts", "src/metrics/c.ts", "kernel/main.ts", "experiments/lib/i.ts"]],
    ["src/objectives/d.ts", ["src/core/a.ts", "src/guidance/e.ts"]],
    ["src/training/f.ts", ["data/few-shot.ts"]],
    ["src/extra/g.ts", []],
    ["kernel/output/h.ts", ["src/figures/j.ts", "src/training/f.ts", "kernel/wire/k.ts", "kernel/cells/l.ts"]],
    ["experiments/prompt/m.ts", ["data/n.ts", "src/index.ts", "experiments/lib/i.ts", "kernel/cells/l.ts"]],
  ]);
  assert.deepEqual(violations(wrong), [
    "src/core/a.ts imports src/models/b.ts",
    "src/models/b.ts imports src/metrics/c.ts",
    "src/models/b.ts imports kernel/main.ts",
    "src/models/b.ts imports experiments/lib/i.ts",
    "src/objectives/d.ts imports src/guidance/e.ts",
    "src/training/f.ts imports data/few-shot.ts",
    "src/extra/g.ts is in no layer",
    "kernel/output/h.ts imports src/training/f.ts",
    "kernel/output/h.ts imports kernel/cells/l.ts",
    "experiments/prompt/m.ts imports kernel/cells/l.ts",
  ]);
  assert.deepEqual(circle(wrong), ["src/core/a.ts", "src/models/b.ts", "src/core/a.ts"]);
});
