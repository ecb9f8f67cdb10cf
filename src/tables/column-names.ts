import { fail } from "../core/errors";
import { warn } from "../core/warn";

/**
 * The names of a file's columns as the table will have them: a column without a name, such as the index that pandas
 * writes, is called by its position ("column_1"), with a warning.
 *
 * Errors: two columns of one name. @param where the file, with the line of the header where there is one
 */
export function columnNames(where: string, written: readonly string[]): string[] {
  const known = new Set<string>();
  for (const name of written) {
    if (name !== "" && known.has(name)) fail(where, `two columns are named "${name}"`, "Rename one.");
    known.add(name);
  }
  return written.map((name, i) => {
    if (name !== "") return name;
    let own = `column_${i + 1}`;
    while (known.has(own)) own += "_";
    known.add(own);
    warn(where, `column ${i + 1} has no name`, `It is read as "${own}".`);
    return own;
  });
}
