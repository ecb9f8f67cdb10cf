import { statSync } from "node:fs";
import path from "node:path";

/**
 * The arguments with which JupyterLab is started. `given` are the user's: a folder or a notebook, relative to `from`,
 * then options of JupyterLab. A folder becomes the server's root; so does the folder of a notebook outside `repo`.
 * Without a folder or notebook the main notebook opens.
 */
export function labArguments(given, { repo, from }) {
  const isPath = given.length > 0 && !given[0].startsWith("-");
  const opened = path.resolve(from, isPath ? given[0] : path.join(repo, "notebooks/04-prompt-generation.ipynb"));
  const isFolder = statSync(opened, { throwIfNoEntry: false })?.isDirectory() === true;
  const isInside = !path.relative(repo, opened).startsWith("..");
  const root = isFolder ? opened : isInside ? repo : path.dirname(opened);
  const server = {
    "ServerApp.ip": "127.0.0.1",
    "ServerApp.root_dir": root,
    // Otherwise the server drops the output of cells that print more than a megabyte a second.
    "ZMQChannelsWebsocketConnection.limit_rate": "False",
    "MultiKernelManager.default_kernel_name": "tokenwise",
  };
  const options = Object.entries(server).map(([name, value]) => `--${name}=${value}`);
  return ["lab", ...options, ...(isFolder ? [] : [opened]), ...given.slice(isPath ? 1 : 0)];
}
