import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { TestContext } from "node:test";

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tokenwise-test-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file that is gone after the test. */
export function temporaryFile(t: TestContext, name: string, content: string | Uint8Array): string {
  const file = path.join(temporaryFolder(t), name);
  writeFileSync(file, content);
  return file;
}
