const longest = 30_000; // characters

/** The first `length` UTF-16 units of a text, or one less if that would split a character of two. */
export function start(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const splits = last >= 0xd800 && last < 0xdc00 && text.length > length;
  return text.slice(0, splits ? length - 1 : length);
}

/** The first lines of a long text, and how many characters are left out. */
export function cut(text: string): string {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf("\n", longest);
  const kept = start(text, end > 0 ? end : longest);
  const left = text.length - kept.length;
  return `${kept}\n… ${left.toLocaleString("en")} more characters; console.log shows all`;
}
