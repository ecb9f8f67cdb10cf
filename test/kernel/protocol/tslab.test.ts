// What notebooks made for tslab use: its package in cells, modules in cells, names without declarations of a module.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells have template strings
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { startKernel, type TestKernel } from "../client";

const folder = mkdtempSync(path.join(tmpdir(), "tokenwise-tslab-"));
writeFileSync(path.join(folder, "dot.png"), Buffer.from([137, 80, 78, 71]));
let kernel: TestKernel;
test.before(async () => {
  kernel = await startKernel({ cwd: folder });
});
test.after(async () => {
  await kernel.stop();
  rmSync(folder, { recursive: true });
});

/** What a cell shows, as the type of message and its data or text. */
async function shown(code: string): Promise<unknown[]> {
  const { outputs, reply } = await kernel.execute(code);
  assert.equal(reply.status, "ok", reply.evalue);
  return outputs.map(({ header, content }) => [header.msg_type, content.data ?? content.text]);
}

test("display shows each kind of contents", async () => {
  await shown('import * as tslab from "tslab"; import { display, newDisplay } from "tslab"; import fs from "fs";');
  const table: [string, Record<string, unknown>][] = [
    ["tslab.display.html('Hello <b>Type</b>Script')", { "text/html": "Hello <b>Type</b>Script" }],
    ["display.markdown('# head')", { "text/markdown": "# head" }],
    ["display.svg('<svg/>')", { "image/svg+xml": "<svg/>" }],
    ["display.latex('$x$')", { "text/latex": "$x$" }],
    ["display.javascript('alert(1)')", { "text/javascript": "alert(1)" }],
    ["display.text('plain')", { "text/plain": "plain" }],
    ["display.png(fs.readFileSync('dot.png'))", { "image/png": "iVBORw==" }],
    ["display.jpeg(new Uint8Array([1, 2]))", { "image/jpeg": "AQI=" }],
    ["display.gif(new Uint8Array([3]))", { "image/gif": "Aw==" }],
    ["display.pdf(Buffer.from('pdf'))", { "application/pdf": "cGRm" }],
    ["display.raw('application/json', JSON.stringify({ a: 1 }))", { "application/json": { a: 1 } }],
  ];
  for (const [code, data] of table) assert.deepEqual(await shown(code), [["display_data", data]], code);
  assert.deepEqual(await shown("[tslab.versions.node === process.version, tslab.versions.typescript.split('.')[0]]"), [
    ["execute_result", { "text/plain": "[ true, '5' ]" }],
  ]);
});

test("a display of its own is overwritten in its place", async () => {
  const { outputs } = await kernel.execute(
    "const d = newDisplay(); d.text('1'); d.text('2'); newDisplay().html('<i>');",
  );
  const ids = outputs.map(({ content }) => content.transient.display_id);
  assert.deepEqual(
    outputs.map(({ header }) => header.msg_type),
    ["display_data", "update_display_data", "display_data"],
  );
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
});

test("the cells of its introduction run as they are", async () => {
  const text = (value: string) => [["execute_result", { "text/plain": value }]];
  const table: [string, unknown[]][] = [
    ["console.log(`Hello, ${1 + 1}!`)\nconsole.log(`Node.js`)", [["stream", "Hello, 2!\nNode.js\n"]]],
    [
      "/** naiveFib calculates Fibonacci number in a naive way */\nfunction naiveFib(n: number): number {\n    if (n > 1) {\n        return naiveFib(n - 1) + naiveFib(n - 2);\n    }\n    return 1;\n}",
      [],
    ],
    [
      "{\n    // A block of its own.\n    const n = 10;\n    console.log(`naiveFib(${n}) = ${naiveFib(n)}`)\n}",
      [["stream", "naiveFib(10) = 89\n"]],
    ],
    [
      "interface Hello { getMessage(): string; }\nclass HelloImpl implements Hello {\n    private name: string;\n    constructor(name: string) { this.name = name; }\n    getMessage(): string { return `Hello, ${this.name}!`; }\n}\nfunction printMessage(h: Hello) { console.log(h.getMessage()); }\nprintMessage(new HelloImpl('tslab'));",
      [["stream", "Hello, tslab!\n"]],
    ],
    [
      "let sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));\nconst start = Date.now();\nawait sleep(5);\n`Slept ${Date.now() - start > 0}`",
      text("'Slept true'"),
    ],
    ["sleep(1);", text("Promise { <pending> }")],
    ["/** @module greetings */\nexport const greet = (name: string) => `Hi, ${name}`;", []],
    ['import { greet } from "./greetings";\ngreet("you")', text("'Hi, you'")],
    ["/** @module greetings */\nexport const greet = (name: string) => `Bye, ${name}`;", []],
    ['import { greet } from "./greetings";\ngreet("you")', text("'Bye, you'")],
  ];
  for (const [code, outputs] of table) assert.deepEqual(await shown(code), outputs, code);
});
