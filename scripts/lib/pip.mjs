import { bar } from "./progress.mjs";

const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PYTHONUNBUFFERED: "1" };

/** Runs pip with `python`; its output becomes one moving line. Returns { code, tail }, the tail without pip's warnings. */
export async function pip(run, python, args, { tell, env } = {}) {
  const onLine = line => {
    const shown = tell && describe(line);
    if (shown) tell(shown);
  };
  const { code, tail } = await run(python, ["-m", "pip", ...args], { env: { ...quiet, ...env }, onLine });
  return { code, tail: tail.filter(line => !line.startsWith("Progress ") && !line.startsWith("WARNING")) };
}

/** Options that make pip tell its downloads in numbers (pip ≥ 24.1). */
export const withProgress = ["--progress-bar", "raw"];

function describe(line) {
  const numbers = /^Progress (\d+) of (\d+)/.exec(line);
  if (numbers) return bar(Number(numbers[1]), Number(numbers[2]));
  const named = /^(Collecting|Downloading|Using cached|Installing collected packages)\S*\s*(\S*)/.exec(line.trim());
  if (!named) return undefined;
  return named[1].startsWith("Installing") ? "unpacking" : `${named[1].toLowerCase()} ${named[2].split("/").pop()}`;
}

/** Whether pip's last lines say that there is no such release for this system, as against a network that fails. */
export const isMissingRelease = tail => /No matching distribution/.test(tail.join("\n")) && !isOffline(tail);

const isOffline = tail =>
  /NewConnectionError|Temporary failure|ReadTimeout|ConnectTimeout|ProxyError|SSLError|Max retries/.test(
    tail.join("\n"),
  );
