import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { fail } from "../core/errors";
import { escaped, type Figure } from "./figure";

const writers: Record<string, (figure: Figure, title: string) => Promise<string>> = {
  ".json": async figure => `${JSON.stringify(figure)}\n`,
  ".html": page,
};

/**
 * Writes a figure: `.html` is one page that holds all it needs and opens without a network, `.json` is Plotly's own
 * form. Folders are made; the file appears whole or not at all. Errors: another ending.
 */
export async function saveFigure(figure: Figure, file: string): Promise<void> {
  const { ext, name, dir } = path.parse(file);
  if (!Object.hasOwn(writers, ext)) {
    fail("saveFigure", `cannot write "${file}"`, `Let the name end in ${Object.keys(writers).join(" or ")}.`);
  }
  const content = await writers[ext](figure, name);
  await mkdir(dir || ".", { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function page(figure: Figure, title: string): Promise<string> {
  const plotly = await readFile(require.resolve("plotly.js-dist/plotly.js"), "utf8");
  // Inside <script>, "</script" would end the element, wherever it stands.
  const script = plotly.replaceAll("</script", "<\\/script");
  const json = JSON.stringify(figure).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>
<body>
<div id="figure"></div>
<script>${script}</script>
<script>
const figure = ${json};
Plotly.newPlot("figure", figure.data, figure.layout, { responsive: true });
</script>
</body>
</html>
`;
}
