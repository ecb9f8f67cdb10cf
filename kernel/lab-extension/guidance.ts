/** Texts whose tokens are colored by their rewards, one text a row. */
import { element, otherVersion } from "./elements.js";
import type { MimeModel } from "./jupyterlab.js";
import { hasBothSigns, number, type Range, shown } from "./scale.js";

/** Data of `application/vnd.tokenwise.guidance+json`; see docs/kernel.md. */
export interface Guidance {
  version: 1;
  title?: string;
  range: Range;
  rows: { label?: string; tokens: string[]; rewards: (number | null)[] }[];
}

/** With more tokens than this, numbers are hidden at first. */
const mostNumbered = 60;
const legendSteps = 5;

/** Draws the texts of a model into a node. */
export function drawGuidance(node: HTMLElement, model: MimeModel, mimeType: string): void {
  const guidance = model.data[mimeType] as unknown as Guidance;
  node.replaceChildren(guidance.version === 1 ? draw(guidance) : otherVersion(guidance.version));
}

function draw(guidance: Guidance): HTMLElement {
  const { title, range, rows } = guidance;
  const status = element("output", { class: "tokenwise-status", "aria-live": "polite" });
  const numbers = element("input", { type: "checkbox" });
  numbers.checked = rows.reduce((sum, { tokens }) => sum + tokens.length, 0) <= mostNumbered;
  const body = element("div", { class: "tokenwise-rows" }, ...rows.map((row, i) => drawRow(row, i, range)));
  const figure = element(
    "figure",
    // Otherwise JupyterLab would handle the arrow keys.
    { "aria-label": title ?? "Rewards of tokens", "data-lm-suppress-shortcuts": "true" },
    element("figcaption", {}, title ?? ""),
    element("div", { class: "tokenwise-legend" }, ...legend(range), element("label", {}, numbers, " numbers"), status),
    body,
  );
  const showNumbers = (): void => void body.classList.toggle("tokenwise-numbered", numbers.checked);
  numbers.addEventListener("change", showNumbers);
  showNumbers();
  const showTitle = ({ target }: Event): void => {
    const token = (target as HTMLElement).closest<HTMLElement>(".tokenwise-token");
    if (token) status.textContent = token.title;
  };
  body.addEventListener("mouseover", showTitle);
  body.addEventListener("focusin", showTitle);
  body.addEventListener("keydown", moveFocus);
  return figure;
}

/** The scale from its low to its high end, with its zero if it has both signs. */
function legend(range: Range): HTMLElement[] {
  const [low, high] = range;
  const steps = (from: number, to: number, count: number): HTMLElement =>
    element(
      "span",
      {},
      ...Array.from({ length: count }, (_, i) =>
        element("i", { style: shown(from + ((to - from) * i) / (count - 1), range).style }),
      ),
    );
  const label = (text: string): HTMLElement => element("span", {}, text);
  const ends = [label(`reward ${number(low)} `), label(number(high))] as const;
  if (!hasBothSigns(range)) return [ends[0], steps(low, high, legendSteps), ends[1]];
  return [ends[0], steps(low, low / 3, 3), label("0"), steps(high / 3, high, 3), ends[1]];
}

function drawRow({ label, tokens, rewards }: Guidance["rows"][number], index: number, range: Range): HTMLElement {
  const name = label ?? String(index + 1);
  // The Tab key stops once in each row; the arrow keys move on from there.
  const drawn = tokens.flatMap((token, i) => drawToken(token, rewards[i], i, range));
  return element(
    "div",
    { class: "tokenwise-row" },
    element("div", { class: "tokenwise-label" }, name),
    element("div", { class: "tokenwise-tokens", role: "list", "aria-label": name }, ...drawn),
  );
}

function drawToken(token: string, reward: number | null | undefined, index: number, range: Range): Node[] {
  const { style, text } = shown(reward, range);
  const title = `token ${index + 1} ${JSON.stringify(token)}: ${text === "" ? "no reward" : `reward ${reward}`}`;
  const drawn = element(
    "span",
    { class: "tokenwise-token", role: "listitem", title, "aria-label": title, tabindex: index === 0 ? 0 : -1 },
    element("span", { class: text === "" ? "" : "tokenwise-rewarded", style }, visible(token)),
    element("small", {}, text),
  );
  return token.endsWith("\n") ? [drawn, element("br", {})] : [drawn];
}

/** Line breaks and tabs as symbols; spaces, too, in a token that has nothing else. */
const visible = (token: string): string =>
  (/^ *$/.test(token) ? "␣".repeat(Math.max(1, token.length)) : token).replaceAll("\n", "⏎").replaceAll("\t", "⇥");

function moveFocus(event: KeyboardEvent): void {
  const token = (event.target as HTMLElement).closest<HTMLElement>(".tokenwise-token");
  if (!token) return;
  const all = Array.from(token.parentElement!.querySelectorAll<HTMLElement>(".tokenwise-token"));
  const at = all.indexOf(token);
  const goals: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 };
  const next = all[goals[event.key] ?? -1];
  if (!next) return;
  event.preventDefault();
  token.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
