import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { fail } from "../core/errors";
import { checkOptions } from "../core/options";
import { drawFigure, type PictureFormat, type PictureSize, pictureChecks } from "./draw";
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
 * Writes a figure in the format of the file's extension: `.svg` and `.pdf`, for papers, and `.png`, which need a
 * browser (see `drawFigure`); `.html`, a page that works without a network; `.json`, Plotly's own format. Folders are
 * created; the file is written completely or not at all.
 *
 * Errors: another extension; those of `drawFigure`.
 */
export async function saveFigure(figure: Figure, file: string, size: PictureSize = {}): Promise<void> {
  checkOptions("saveFigure", size, pictureChecks);
  const { ext, name, dir } = path.parse(file);
  if (!Object.hasOwn(writers, ext)) {
    fail("saveFigure", `"${file}" has no known extension`, `Use one of ${Object.keys(writers).join(", ")}.`);
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

/** Plotly, compressed: 2.6 MB of text instead of 11. */
const plotly = async (): Promise<string> =>
  gzipSync(await readFile(require.resolve("plotly.js-dist/plotly.js"))).toString("base64");

async function page(figure: Figure, title: string): Promise<string> {
  const json = JSON.stringify(figure).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>
<body>
<div id="figure"></div>
<script type="module">
const figure = ${json};
const packed = "${await plotly()}";
const bytes = Uint8Array.from(atob(packed), character => character.charCodeAt(0));
const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const library = document.createElement("script");
library.textContent = await new Response(unpacked).text();
document.head.append(library);
Plotly.newPlot("figure", figure.data, figure.layout, { responsive: true });
</script>
</body>
</html>
`;
}
