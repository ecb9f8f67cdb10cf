/** Elements without a library. Text is set as text, so nothing in a notebook's data is taken for markup. */

type Attributes = Record<string, string | number | boolean>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Shows an output that these renderers were not written for. */
export function otherVersion(version: unknown): HTMLElement {
  const text = `This output has version ${String(version)}; these renderers know version 1. Run \`npm run setup\` with the newer tokenwise.`;
  return element("p", { role: "note" }, text);
}
