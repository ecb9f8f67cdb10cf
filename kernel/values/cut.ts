const longest = 30_000; // characters

/** Whole lines from the beginning, and how much is left out. */
export function cut(text: string): string {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf("\n", longest);
  const kept = text.slice(0, end > 0 ? end : longest);
  const left = text.length - kept.length;
  return `${kept}\n… ${left.toLocaleString("en")} more characters; console.log shows all`;
}
