/**
 * JupyterLab for a test: on 127.0.0.1, with the kernel and the renderers of this checkout, in folders that are gone
 * afterwards.
 */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { chromium, findBrowser } from "../../src/figures/find-browser";
import { inRepository } from "../repository";

const timeout = 60_000;

export interface LabServer {
  /** The server's root folder. */
  folder: string;
  /** The environment of Jupyter's programs in which its kernel is found. */
  env: NodeJS.ProcessEnv;
  /** Address of a page, e.g. `lab/tree/lab.ipynb`, with the token. */
  address(page: string): string;
  stop(): Promise<void>;
}

export const jupyter = inRepository(".venv/bin/jupyter");

/** Environment variables under which Jupyter's programs see `data` and nothing of the user's. */
const jupyterEnvironment = (data: string): NodeJS.ProcessEnv => ({
  ...process.env,
  JUPYTER_PATH: data,
  JUPYTER_DATA_DIR: path.join(data, "user"),
  JUPYTER_CONFIG_DIR: path.join(data, "config"),
  JUPYTER_RUNTIME_DIR: path.join(data, "runtime"),
  JUPYTERLAB_SETTINGS_DIR: path.join(data, "settings"),
  JUPYTERLAB_WORKSPACES_DIR: path.join(data, "workspaces"),
});

/** Starts a server whose root folder holds copies of `notebooks`; its kernels see `variables`, too. */
export async function startLab(notebooks: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<LabServer> {
  const home = mkdtempSync(path.join(tmpdir(), "tokenwise-lab-"));
  const [data, folder] = [path.join(home, "jupyter"), path.join(home, "root")];
  mkdirSync(folder);
  for (const notebook of notebooks) copyFileSync(notebook, path.join(folder, path.basename(notebook)));
  const inScripts = (name: string) => require(inRepository("scripts/lib/jupyter", name));
  inScripts("kernelspec.mjs").installKernel(inRepository(), data);
  const { buildLabExtension, installLabExtension } = inScripts("lab-extension.mjs");
  buildLabExtension(inRepository());
  installLabExtension(inRepository(), data);

  const env = { ...jupyterEnvironment(data), ...variables };
  const port = await freePort();
  const token = "under-test";
  // It would ask whether to fetch news.
  const quiet = { disabledExtensions: { "@jupyterlab/apputils-extension:announcements": true } };
  mkdirSync(path.join(data, "config/labconfig"), { recursive: true });
  writeFileSync(path.join(data, "config/labconfig/page_config.json"), JSON.stringify(quiet));
  const options = [`--ServerApp.root_dir=${folder}`, `--IdentityProvider.token=${token}`, "--ServerApp.port_retries=0"];
  const child = spawn(
    jupyter,
    ["lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", `--port=${port}`, ...options],
    {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let log = "";
  child.stderr!.on("data", chunk => (log += chunk));
  const ended = new Promise(resolve => child.on("close", resolve));
  const address = (page: string): string =>
    `http://127.0.0.1:${port}/${page}${page.includes("?") ? "&" : "?"}token=${token}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM"); // ends its kernels, too
    const kill = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(kill);
    rmSync(home, { recursive: true, force: true });
  };
  for (const end = Date.now() + timeout; Date.now() < end; await sleep(100)) {
    if (child.exitCode !== null) break;
    if (
      await fetch(address("api/status")).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { folder, env, address, stop };
  }
  await stop();
  throw new Error(`JupyterLab did not start:\n${log.slice(-3000)}`);
}

/** Why no page can be tested here; false where it can. */
export function withoutLab(): string | false {
  if (!existsSync(jupyter)) return "no Python environment in .venv: run `npm run setup`";
  return findBrowser() ? false : "no browser: install Chromium or name one in TOKENWISE_BROWSER";
}

export const startBrowser = (): Promise<Browser> =>
  chromium().launch({ executablePath: findBrowser(), args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
