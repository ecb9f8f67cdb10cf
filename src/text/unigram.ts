// The unigram model of SentencePiece: the most likely segmentation of a word into pieces.

/** How far the log-probability of an unknown character lies below that of the least likely piece. */
const unknownPenalty = 10;

/** The model in a tokenizer.json. */
export interface Unigram {
  /** [piece, log-probability] for each id. */
  vocab: [piece: string, score: number][];
  unk_id: number;
}

/**
 * Returns a function that segments a word into the pieces with the largest sum of scores, by dynamic programming over
 * their ends. Among equal sums, the segmentation whose last piece begins first is chosen. Unknown characters that are
 * adjacent form one piece.
 */
export function createUnigram({ vocab, unk_id }: Unigram): (word: string) => string[] {
  const scores = new Map<string, number>(); // of pieces; NaN for prefixes of pieces
  for (const [piece, score] of vocab) {
    for (let end = 1; end < piece.length; end++) {
      const prefix = piece.slice(0, end);
      if (!scores.has(prefix)) scores.set(prefix, Number.NaN);
    }
    scores.set(piece, score);
  }
  const unknownScore = vocab.reduce((least, [, score]) => Math.min(least, score), Infinity) - unknownPenalty;
  const unknownPiece = vocab[unk_id][0];

  return word => {
    const best = new Float64Array(word.length + 1).fill(-Infinity);
    const from = new Int32Array(word.length + 1).fill(-1);
    const unknown = new Uint8Array(word.length + 1);
    best[0] = 0;
    const consider = (start: number, end: number, score: number, isUnknown: boolean) => {
      const sum = best[start] + score;
      if (from[end] >= 0 && sum <= best[end]) return;
      best[end] = sum;
      from[end] = start;
      unknown[end] = Number(isUnknown);
    };
    for (let start = 0, next = 0; start < word.length; start = next) {
      next = start + (word.codePointAt(start)! > 0xffff ? 2 : 1);
      let alone = false;
      for (let end = start + 1; end <= word.length; end++) {
        const piece = word.slice(start, end);
        const score = scores.get(piece);
        if (score === undefined) break;
        if (Number.isNaN(score)) continue;
        consider(start, end, score, piece === unknownPiece);
        alone ||= end === next;
      }
      if (!alone) consider(start, next, unknownScore, true);
    }
    const pieces: string[] = [];
    for (let end = word.length; end > 0; ) {
      let start = from[end];
      if (unknown[end]) while (start > 0 && unknown[start]) start = from[start];
      pieces.push(word.slice(start, end));
      end = start;
    }
    return pieces.reverse();
  };
}
