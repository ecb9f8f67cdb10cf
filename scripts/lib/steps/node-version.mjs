import { failure } from "../failure.mjs";

/** Whether this Node can `require` ES modules, which the notebooks' packages need: 20.19 and later, 22.12 and later. */
export function isSupportedNode(version) {
  const [major, minor] = version.split(".").map(Number);
  return major === 20 ? minor >= 19 : major === 22 ? minor >= 12 : major > 22;
}

/** Step: refuses a Node that is too old, and systems that the set-up does not support. */
export async function checkNode({ version = process.versions.node, platform = process.platform } = {}) {
  if (!isSupportedNode(version))
    throw failure(
      `Node ${version} is too old: tokenwise needs 20.19 or later (22.12 or later of the 22 line).`,
      "install the current LTS from https://nodejs.org, then run the command again.",
    );
  if (platform === "win32")
    throw failure("The set-up runs on Linux and macOS.", "on Windows, use it inside WSL 2: `wsl --install`.");
  return {};
}
