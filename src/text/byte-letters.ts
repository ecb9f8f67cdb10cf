// Bytes written as letters: byte-level BPE represents every byte by a printable letter.

const letters: string[] = [];
for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  letters.push(String.fromCharCode(printable ? byte : next++));
}
/** The letter of each byte: printable bytes of Latin-1 are their own letters, the others are letters from U+0100 on. */
export const byteLetters: readonly string[] = letters;
const bytes = new Map(letters.map((letter, byte) => [letter, byte]));
const encoder = new TextEncoder();

/** The UTF-8 bytes of a text as letters: " é" becomes "ĠÃ©". */
export function toByteLetters(text: string): string {
  let result = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return Array.from(encoder.encode(text), byte => letters[byte]).join("");
    result += letters[code];
  }
  return result;
}

/** The bytes of letters. A text with any other letter gives its own UTF-8 bytes. */
export function fromByteLetters(text: string): Uint8Array {
  const found = Array.from(text, letter => bytes.get(letter));
  return found.includes(undefined) ? encoder.encode(text) : Uint8Array.from(found as number[]);
}
