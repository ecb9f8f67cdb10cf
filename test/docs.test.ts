import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { inRepository } from "./repository";

/**
 * What a block may leave out: names that its text or an earlier block introduces, their shorthand, and what they
 * yield.
 */
const missingNames = new Set([2304, 18004, 18046]);

/** The imports of a block that has none. */
const imports = 'import * as tw from "tokenwise";\nimport * as experiments from "tokenwise/experiments";\n';

test("every block of the README and the docs that uses the library fits the library's types", () => {
  const blocks = new Map<string, string>();
  for (const file of ["README.md", ...readdirSync(inRepository("docs")).map(name => path.join("docs", name))]) {
    if (!file.endsWith(".md")) continue;
    const text = readFileSync(inRepository(file), "utf8");
    for (const { 1: code, index } of text.matchAll(/```ts\n(.*?)```/gs)) {
      if (!/\b(tw|experiments)\./.test(code)) continue;
      const line = text.slice(0, index).split("\n").length + 1;
      const imported = code.includes("import ") ? "" : imports;
      blocks.set(
        inRepository("test", `${file.replaceAll(path.sep, "-")}-${line}.ts`),
        `${imported}${code}\nexport {};`,
      );
    }
  }
  assert.ok(blocks.size > 0);
  const options: ts.CompilerOptions = {
    ...{
      noEmit: true,
      strict: true,
      noImplicitAny: false,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      types: ["node"],
    },
    ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    paths: {
      tokenwise: [inRepository("src", "index.ts")],
      "tokenwise/experiments": [inRepository("experiments", "index.ts")],
    },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = file => blocks.has(file) || fileExists(file);
  host.readFile = file => blocks.get(file) ?? readFile(file);
  host.getSourceFile = (file, target) =>
    blocks.has(file) ? ts.createSourceFile(file, blocks.get(file)!, target) : getSourceFile(file, target);
  const program = ts.createProgram([...blocks.keys()], options, host);
  const found = [...blocks.keys()].flatMap(file => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .filter(({ code }) => !missingNames.has(code))
      .map(
        ({ code, messageText }) =>
          `${path.basename(file)}: TS${code} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      );
  });
  assert.deepEqual(found, []);
});

test("the README has at most 900 words", () => {
  const words = readFileSync(inRepository("README.md"), "utf8").split(/\s+/).filter(Boolean);
  assert.ok(words.length <= 900, `${words.length} words`);
});
