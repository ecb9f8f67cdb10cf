import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { fail } from "../core/errors";
import { drawFigure, type PictureFormat, type PictureSize } from "./draw";
import { escaped, type Figure } from "./figure";

const picture = (format: PictureFormat) => (figure: Figure, size: PictureSize) => drawFigure(figure, format, size);

const writers: Record<string, (figure: Figure, size: PictureSize, title: string) => Promise<string | Buffer>> = {
  ".svg": picture("svg"),
  ".pdf": picture("pdf"),
  ".png": picture("png"),
  ".html": (figure, size, title) => page(sized(figure, size), title),
  ".json": async (figure, size) => `${JSON.stringify(sized(figure, size))}\n`,
};

/**
 * Writes a figure, by the ending of the file's name: `.svg` and `.pdf` for papers, `.png` (these three need a browser, see
 * `drawFigure`); `.html`, one page that holds all it needs and opens without a network; `.json`, Plotly's own form. Folders are
 * made; the file appears whole or not at all.
 *
 * Errors: another ending; those of `drawFigure`.
 */
export async function saveFigure(figure: Figure, file: string, size: PictureSize = {}): Promise<void> {
  const { ext, name, dir } = path.parse(file);
  if (!Object.hasOwn(writers, ext)) {
    fail("saveFigure", `cannot write "${file}"`, `Let the name end in ${Object.keys(writers).join(", ")}.`);
  }
  const content = await writers[ext](figure, size, name);
  await mkdir(dir || ".", { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

const sized = ({ data, layout }: Figure, { width, height }: PictureSize): Figure => ({
  data,
  layout: { ...layout, ...(width && { width }), ...(height && { height }) },
});

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
