// The command lines of programs: their options, and those that are lists (0,1,2 or guided,mle).

import * as path from "node:path";

type Options = Record<string, { default: string; help: string }>;

/**
 * The options of this process's command line, each a text. `--help` prints `usage` and what the options mean, and ends the process.
 * Errors: an option that is not known or has no value; then too with the help.
 */
export function programOptions<const Known extends Options>(usage: string, known: Known): Record<keyof Known, string> {
  const { readOptions } = require(path.join(__dirname, "../../../scripts/lib/options.mjs"));
  const described = Object.entries(known).map(([name, { default: usual, help }]) => [
    name,
    { type: "string", default: usual, help: `${help} (default ${usual})` },
  ]);
  try {
    const { values, help } = readOptions(process.argv.slice(2), { usage, options: Object.fromEntries(described) });
    if (!values.help) return values;
    console.log(help);
    process.exit(0);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${(error as { remedy?: string }).remedy}`);
  }
}

/** Errors: a part that is not a whole number. */
export function wholeNumbers(option: string, text: string): number[] {
  const wrong = text.split(",").find(part => !/^\d+$/.test(part));
  if (wrong !== undefined) throw new Error(`--${option}: "${wrong}" is not a whole number. Write them as in 0,1,2.`);
  return text.split(",").map(Number);
}

/** Errors: a name that is not known. */
export function namesAmong<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  const names = text.split(",") as Name[];
  const unknown = names.find(name => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--${option}: there is no "${unknown}". Use ${known.join(", ")}.`);
  return names;
}
