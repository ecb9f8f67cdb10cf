import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createCompiler } from "../../../kernel/language/compile";
import { withJoinedTimers } from "../../../kernel/language/joined-timers";
import { temporaryFolder } from "../../temporary";

/** A system with room for one timer, as tslab's. */
function singleTimer() {
  let pending: (() => void) | undefined;
  return {
    setTimeout(callback: () => void) {
      assert.equal(pending, undefined);
      return (pending = callback);
    },
    clearTimeout(timer: unknown) {
      assert.equal(timer, pending);
      pending = undefined;
    },
    isSet: () => pending !== undefined,
    fire() {
      pending!();
      pending = undefined;
    },
  };
}

test("timers that are set together run together, in their order, with those that they set", () => {
  const plain = singleTimer();
  const system = withJoinedTimers(plain);
  const ran: string[] = [];
  const set = (name: string) => system.setTimeout(() => ran.push(name));
  set("first");
  const gone = set("gone");
  system.setTimeout(() => {
    ran.push("second");
    set("third");
  });
  system.clearTimeout(gone);
  plain.fire();
  assert.deepEqual(ran, ["first", "second", "third"]);
  const only = set("only");
  assert.ok(plain.isSet());
  system.clearTimeout(only);
  assert.ok(!plain.isSet());
});

test("a package that is installed while the kernel runs is found, and changes of it are seen", async t => {
  const folder = temporaryFolder(t);
  const installed = path.join(folder, "node_modules/later");
  mkdirSync(path.dirname(installed));
  process.chdir(folder);
  t.after(() => process.chdir(tmpdir()));
  const compiler = createCompiler();
  t.after(compiler.close);
  assert.throws(() => compiler.compile('import { a } from "later"; a', "In[1]"), /Cannot find module 'later'/);
  mkdirSync(installed);
  for (const name of ["a", "b"]) {
    writeFileSync(path.join(installed, "index.d.ts"), `export const ${name}: number;`);
    writeFileSync(path.join(installed, `${name}.d.ts`), "export {};");
    await compiles(compiler, `import { ${name} } from "later"; ${name}`);
  }
});

/** Tries until it does: the compiler notices files a second or two after they change. */
async function compiles(compiler: ReturnType<typeof createCompiler>, code: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return void compiler.compile(code, "In[2]");
    } catch (error) {
      assert.match((error as Error).message, /later/);
      if (tries === 100) throw error;
    }
    await sleep(100);
  }
}
