// What a user can name: every export has a doc comment, and the flow at the top of `tw` stays short.

import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { inRepository } from "./repository";

const config = ts.parseJsonConfigFileContent(
  ts.readConfigFile(inRepository("tsconfig.json"), ts.sys.readFile).config,
  ts.sys,
  inRepository(),
);
const entries = { tw: "src/index.ts", experiments: "experiments/index.ts", kernel: "kernel/index.ts" };
const files = Object.values(entries).map(file => inRepository(file));
const program = ts.createProgram(files, config.options);
const checker = program.getTypeChecker();

interface Export {
  name: string;
  documented: boolean;
}

/** The exports of a file, those of its namespaces by `namespace.name`. */
function exportsOf(file: string, prefix = ""): Export[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  return checker.getExportsOfModule(module).flatMap(exported => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const [declaration] = symbol.declarations ?? [];
    if (ts.isSourceFile(declaration)) return exportsOf(declaration.fileName, `${prefix}${exported.name}.`);
    const documented = symbol.getDocumentationComment(checker).length > 0;
    return [{ name: prefix + exported.name, documented }];
  });
}

for (const [entry, file] of Object.entries(entries))
  test(`every export of ${entry} has a doc comment`, () => {
    const all = exportsOf(inRepository(file));
    assert.ok(all.length > 5);
    assert.deepEqual(
      all.filter(({ documented }) => !documented).map(({ name }) => name),
      [],
    );
  });

test("the flow has at most 80 names, and every name stands in one place", () => {
  const names = exportsOf(inRepository(entries.tw)).map(({ name }) => name);
  const flow = names.filter(name => !name.includes("."));
  assert.ok(flow.length <= 80, `${flow.length} names`);
  const short = names.map(name => name.split(".").at(-1)!);
  assert.deepEqual(
    short.filter((name, i) => short.indexOf(name) < i),
    [],
  );
});
