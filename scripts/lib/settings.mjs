/**
 * How long notebooks and experiments learn: seconds on a toy LM, minutes, an hour, and the paper's numbers on a GPU.
 */
export const settings = ["toy", "quick", "standard", "paper"];
