// `tw.text`: tokenizers, padding, instructions.

export { chatText, type ChatTurn } from "./chat";
export { createTokenizer, type Tokenizer, singleToken } from "./tokenizer";
export { encodeWithin, type Encoded } from "./encode-within";
export { formatInstruction, chatInstruction, type Instruction, withEndToken } from "./instructed";
export { sentenceEnds, splitSentences } from "./sentences";
export { padLeft, padRight, type Padded, bucketByTokens, type Bucketing } from "./batches";
