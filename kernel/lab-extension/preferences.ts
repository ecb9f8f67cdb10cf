/** Preference lists: the candidates of each side by side, best first. */
import { element, otherVersion } from "./elements.js";
import type { MimeModel } from "./jupyterlab.js";
import { number } from "./scale.js";

interface Candidate {
  text: string;
  /** From 1, the best; tied candidates share a rank. */
  rank: number;
  utility?: number;
}

/** Data of `application/vnd.tokenwise.preferences+json`; see docs/kernel.md. */
export interface Preferences {
  version: 1;
  title?: string;
  /** Number of lists in the table; some may be left out here. */
  total: number;
  lists: { prompt?: string; annotator?: string; candidates: Candidate[] }[];
}

/** Draws the lists of a model into a node. */
export function drawPreferences(node: HTMLElement, model: MimeModel, mimeType: string): void {
  const preferences = model.data[mimeType] as unknown as Preferences;
  node.replaceChildren(preferences.version === 1 ? draw(preferences) : otherVersion(preferences.version));
}

function draw(preferences: Preferences): HTMLElement {
  const { title, total, lists } = preferences;
  const rest = total - lists.length;
  const more =
    rest > 0 ? [element("p", { class: "tokenwise-more" }, `… ${rest} more ${rest === 1 ? "list" : "lists"}`)] : [];
  return element(
    "figure",
    { "aria-label": title ?? "Preferences" },
    element("figcaption", {}, title ?? ""),
    ...lists.map(drawList),
    ...more,
  );
}

function drawList({ prompt, annotator, candidates }: Preferences["lists"][number]): HTMLElement {
  const utilities = candidates.flatMap(({ utility }) => (typeof utility === "number" ? [utility] : []));
  const [low, high] = [Math.min(...utilities), Math.max(...utilities)];
  const share = (utility: number): number => (high > low ? (utility - low) / (high - low) : 1);
  const cards = [...candidates]
    .sort((a, b) => a.rank - b.rank)
    .map(({ text, rank, utility }) => {
      const value =
        typeof utility === "number" ? [element("span", {}, `utility ${number(utility)}`), bar(share(utility))] : [];
      const tied = candidates.filter(other => other.rank === rank).length > 1 ? ", tied" : "";
      return element(
        "li",
        { class: "tokenwise-candidate" },
        element("header", {}, element("strong", {}, `${rank}${rank === 1 ? " best" : ""}${tied}`), ...value),
        element("div", { class: "tokenwise-text", tabindex: 0 }, text === "" ? "(empty)" : text),
      );
    });
  return element(
    "section",
    { class: "tokenwise-list" },
    ...(prompt === undefined ? [] : [element("div", { class: "tokenwise-prompt" }, prompt)]),
    ...(annotator === undefined ? [] : [element("div", { class: "tokenwise-more" }, `judged by ${annotator}`)]),
    element("ol", {}, ...cards),
  );
}

/** A bar for a utility's position between the lowest and the highest of its list. */
const bar = (share: number): HTMLElement =>
  element(
    "div",
    { class: "tokenwise-bar", "aria-hidden": "true" },
    element("i", { style: `width: ${Math.round(100 * share)}%` }),
  );
