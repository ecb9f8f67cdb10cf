// Where a browser of the Chromium family is: Plotly draws pictures in one.

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

/** Places outside PATH, from each of these roots. */
const places: Partial<Record<NodeJS.Platform, { roots: (string | undefined)[]; files: string[] }>> = {
  darwin: {
    roots: ["/Applications", path.join(process.env.HOME ?? "", "Applications")],
    files: ["Google Chrome", "Chromium", "Microsoft Edge"].map(name => `${name}.app/Contents/MacOS/${name}`),
  },
  win32: {
    roots: [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA],
    files: ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"],
  },
};

/** playwright-core is loaded at first use only: figures as data, pages and JSON do without. */
export const chromium = (): BrowserType => (require("playwright-core") as typeof import("playwright-core")).chromium;

/**
 * The browser's executable: `TOKENWISE_BROWSER` in the environment, else Chromium, Chrome or Edge as installed on this machine, else
 * the Chromium that Playwright has downloaded; undefined where there is none.
 *
 * Errors: `TOKENWISE_BROWSER` names no file.
 */
export function findBrowser(): string | undefined {
  const wanted = process.env.TOKENWISE_BROWSER;
  if (wanted && !existsSync(wanted))
    fail("TOKENWISE_BROWSER", `"${wanted}" is not there`, "Name a browser's executable, or unset it.");
  if (wanted) return wanted;
  const onPath = (process.env.PATH ?? "").split(path.delimiter).filter(folder => path.isAbsolute(folder));
  const { roots = [], files = [] } = places[process.platform] ?? {};
  return [
    ...commands.flatMap(command => onPath.map(folder => path.join(folder, command))),
    ...roots.flatMap(root => (root ? files.map(file => path.join(root, file)) : [])),
    chromium().executablePath(),
  ].find(existsSync);
}
