// The unigram model of SentencePiece: the likeliest cut of a word into pieces.

/** Below the least likely piece, what a character that is no piece costs. */
const unknownPenalty = 10;

export interface Unigram {
  /** [piece, log-probability], by id. */
  vocab: [piece: string, score: number][];
  unk_id: number;
}

/**
 * Cuts a word into the pieces whose scores have the largest sum, by dynamic programming over where pieces end. Of equal sums the one whose
 * last piece begins first is kept. Characters that are no piece stand alone, neighbours among them are joined.
 */
export function createUnigram({ vocab, unk_id }: Unigram): (word: string) => string[] {
  const scores = new Map<string, number>(); // of the pieces; NaN for what only begins one
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
