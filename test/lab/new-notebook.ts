import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** Writes a notebook with these code cells into a temporary folder of its own; returns its path. */
export function newNotebook(sources: readonly string[]): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "tokenwise-test-")), "cells.ipynb");
  const cells = sources.map((source, i) => ({
    ...{ cell_type: "code", id: `cell-${i}`, source, outputs: [], execution_count: null, metadata: {} },
  }));
  const kernelspec = { name: "tokenwise", display_name: "TypeScript (tokenwise)", language: "typescript" };
  writeFileSync(file, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return file;
}
