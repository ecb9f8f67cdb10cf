/** HTML elements without a library. Text is set as text, so nothing in a notebook's data can become markup. */

type Attributes = Record<string, string | number | boolean>;

/** An element with attributes and children. An attribute that is false is left out; one that is true gets no value. */
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

/** A note in place of an output whose version these renderers do not know. */
export function otherVersion(version: unknown): HTMLElement {
  const found = `This output has version ${String(version)}; these renderers know version 1.`;
  return element("p", { role: "note" }, `${found} Run \`npm run setup\` with the newer tokenwise.`);
}
