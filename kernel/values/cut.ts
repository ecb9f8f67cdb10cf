const longest = 30_000; // characters

/** The first lines of a long text, and how many characters are left out. */
export function cut(text: string): string {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf("\n", longest);
  const kept = text.slice(0, end > 0 ? end : longest);
  const left = text.length - kept.length;
  return `${kept}\n… ${left.toLocaleString("en")} more characters; console.log shows all`;
}
