import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "../files.mjs";

/** Where Jupyter, started from the project's environment, finds our kernel. */
export const kernelFolder = venv => path.join(venv, "share/jupyter/kernels/tokenwise");

/** What kernel.json must hold: the kernel started with this Node from this checkout. */
export const kernelSpec = repo => ({
  argv: [process.execPath, path.join(repo, "dist/kernel/main.js"), "{connection_file}"],
  display_name: "TypeScript (tokenwise)",
  language: "typescript",
  interrupt_mode: "message",
});

/** Step: registers our kernel in the project's Python environment. */
export async function installKernelSpec({ repo, venv, python }) {
  if (!python) return {};
  const folder = kernelFolder(venv);
  const file = path.join(folder, "kernel.json");
  const text = `${JSON.stringify(kernelSpec(repo), null, 2)}\n`;
  mkdirSync(folder, { recursive: true });
  const logo = path.join(repo, "kernel/logo-svg.svg");
  if (existsSync(logo)) copyFileSync(logo, path.join(folder, "logo-svg.svg"));
  if (existsSync(file) && readFileSync(file, "utf8") === text) return {};
  writeWhole(file, text);
  return { did: "TypeScript (tokenwise)" };
}
