import assert from "node:assert/strict";
import { test } from "node:test";
import { inRepository } from "../repository";

const { wideCells, wideComments, wideProse } = require(inRepository("scripts/lib/wide-lines.mjs"));

const wide = "word ".repeat(25);
const address = `https://example.org/${"a".repeat(120)}`;

test("comments of 120 columns pass, and longer ones are named; code is the formatter's", () => {
  const table: [string, string, number[]][] = [
    ["c", `// ${"é".repeat(117)}`, []],
    ["c", `// ${"é".repeat(118)}`, [1]],
    ["c", `const text = "${wide} // not a comment";`, []],
    ["c", `const pattern = /${"a".repeat(120)}\\/\\/ /;`, []],
    ["c", `const one = 1; ${wide}// a comment behind code`, [1]],
    ["c", `/**\n * ${wide}\n */\ncall("${wide}");\n/* ${wide} */`, [2, 5]],
    ["c", `// [the paper](${address})\n// ${address}\n// see ${address}`, [3]],
    ["py", `"""One line."""\nx = "${wide}"\n# ${wide}\n"""Two\n${wide}\n"""\ny = "${wide}"`, [3, 5]],
  ];
  for (const [language, text, lines] of table) assert.deepEqual(wideComments(text, language), lines, text);
});

test("prose has 120 columns; tables, lone links, addresses in code and printed output may be wider", () => {
  const table: [string, number[]][] = [
    [`${"a".repeat(120)}\n${"a".repeat(121)}`, [2]],
    [`| ${wide} | ${wide} |`, []],
    [`[a link](${address})\nand ${address}`, [2]],
    [`\`\`\`sh\ncurl ${address}\n${wide}\n\`\`\`\n${wide}`, [3, 5]],
    [`\`\`\`text\n${wide}\n\`\`\`\n${wide}`, [4]],
  ];
  for (const [text, lines] of table) assert.deepEqual(wideProse(text), lines, text);
});

test("notebooks: 100 columns of code, 120 of prose", () => {
  const cells = [
    { cell_type: "markdown", source: ["# Title\n", wide, "\n", "a".repeat(110)] },
    { cell_type: "code", source: `1;\n${"a".repeat(101)}\n${"a".repeat(100)}` },
  ];
  assert.deepEqual(wideCells(JSON.stringify({ cells })), [
    [0, 2],
    [1, 2],
  ]);
});
