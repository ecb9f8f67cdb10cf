/** MurmurHash2 of a text in UTF-8, 32 bits: with it JupyterLab names the cells that it debugs. */
export function murmur2(text: string, seed: number): number {
  const bytes = Buffer.from(text);
  const mixer = 0x5bd1e995;
  const whole = bytes.length & ~3;
  let hash = seed ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), mixer);
    word = Math.imul(word ^ (word >>> 24), mixer);
    hash = Math.imul(hash, mixer) ^ word;
  }
  if (bytes.length > whole) hash = Math.imul(hash ^ bytes.readUIntLE(whole, bytes.length - whole), mixer);
  hash = Math.imul(hash ^ (hash >>> 13), mixer);
  return (hash ^ (hash >>> 15)) >>> 0;
}
