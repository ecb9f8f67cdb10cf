// Options of programs that are lists: 0,1,2 or guided,mle.

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
