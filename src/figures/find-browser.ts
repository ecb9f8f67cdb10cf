// Finds a browser of the Chromium family, in which Plotly draws pictures.

import { existsSync } from "node:fs";
import * as path from "node:path";
import type { BrowserType } from "playwright-core";
import { fail } from "../core/errors";

const commands = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "microsoft-edge-stable",
];

/** Usual paths outside PATH, below each of the roots. */
const usualPaths: Partial<Record<NodeJS.Platform, { roots: (string | undefined)[]; files: string[] }>> = {
  darwin: {
    roots: ["/Applications", path.join(process.env.HOME ?? "", "Applications")],
    files: ["Google Chrome", "Chromium", "Microsoft Edge"].map(name => `${name}.app/Contents/MacOS/${name}`),
  },
  win32: {
    roots: [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA],
    files: ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"],
  },
};

/** Playwright's Chromium. The library is loaded on first use, as most figures do not need it. */
export const chromium = (): BrowserType => (require("playwright-core") as typeof import("playwright-core")).chromium;

/**
 * The executable of a browser: `TOKENWISE_BROWSER` in the environment, or else an installed Chromium, Chrome or Edge,
 * or else the Chromium that Playwright has downloaded; undefined if there is none.
 *
 * Errors: a `TOKENWISE_BROWSER` that is not a file.
 */
export function findBrowser(): string | undefined {
  const wanted = process.env.TOKENWISE_BROWSER;
  if (wanted && !existsSync(wanted))
    fail("TOKENWISE_BROWSER", `"${wanted}" does not exist`, "Name a browser's executable, or unset it.");
  if (wanted) return wanted;
  const onPath = (process.env.PATH ?? "").split(path.delimiter).filter(folder => path.isAbsolute(folder));
  const { roots = [], files = [] } = usualPaths[process.platform] ?? {};
  return [
    ...commands.flatMap(command => onPath.map(folder => path.join(folder, command))),
    ...roots.flatMap(root => (root ? files.map(file => path.join(root, file)) : [])),
    chromium().executablePath(),
  ].find(existsSync);
}
