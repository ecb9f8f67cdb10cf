/** A Markdown table of rows of cells, the head first. */
export function markdown([head, ...lines]: string[][]): string {
  return [head, head.map(() => "---"), ...lines].map(cells => `| ${cells.join(" | ")} |`).join("\n");
}
