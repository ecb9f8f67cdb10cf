import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimed, withCommands } from "../../../kernel/language/commands";

const known = (name: string): boolean => name === "done";
const shell = (command: string, program = "") =>
  `void (globalThis as any).__tokenwise.shell(${JSON.stringify(command)}, ${JSON.stringify(program)});`;

test("lines that begin with ! become calls on the same lines", () => {
  const table: [cell: string, expected: string][] = [
    ["!ls -la", shell("ls -la")],
    ["const a = 1\n! npm install left-pad\na", `const a = 1\n${shell("npm install left-pad")}\na`],
    ["!./run.sh 'it\n1", `${shell("./run.sh 'it")}\n1`],
    ["if (true) {\n  !echo hi\n}", `if (true) {\n${shell("echo hi")}\n}`],
    ["!echo a \\\n  b\n2", `${shell("echo a \\\n  b")}\n\n2`],
    ["%%bash\necho `pwd`\nexit 3", `${shell("echo `pwd`\nexit 3", "bash")}\n\n`],
    ["%%time\n!ls", `      \n${shell("ls")}`.replace("      ", " ".repeat(6))],
  ];
  for (const [cell, expected] of table) {
    assert.equal(withCommands(cell, known), expected, cell);
    const blank = withCommands(cell, known, true);
    assert.equal(blank.length, cell.length, cell);
    assert.equal(blank.split("\n").length, cell.split("\n").length, cell);
  }
});

test("TypeScript stays as it is", () => {
  const cells = [
    "!done && start();",
    "let ready = false;\n!ready ? 1 : 2",
    "!function () {}();",
    "!(a || b)",
    "const text = `\n!ls\n%%bash\n`;",
    "/*\n!ls\n*/",
    "const rest = 7\n  % 4;",
    "const is =\n  !flag",
    "a\n!= b",
  ];
  for (const cell of cells) assert.equal(withCommands(cell, known), cell, cell);
});

test("commands of other kernels say what to write instead", () => {
  assert.throws(
    () => withCommands("%%html\n<b>x</b>", known),
    /^UnknownCommand: %%html is not known here\. Write show/,
  );
  assert.throws(() => withCommands("1\n%pip install x", known), /Write !npm install NAME/);
  assert.throws(() => withCommands("%matplotlib inline", known), /There are %%time, %%bash, %%sh and !command/);
});

test("a cell that is timed says so in its first line", () => {
  assert.deepEqual(["%%time\n1", "\n %%time", "1\n%%time", "%%timeit"].map(isTimed), [true, true, false, false]);
});
