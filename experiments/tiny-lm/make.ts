// npm run make:tiny-lm [-- --steps 2400 --out data/tiny-lm --run runs/tiny-lm]: trains the toy LM from scratch and
// saves it. Interrupted training resumes from the last checkpoint in the run's folder; remove that folder to start
// over.

import { movieReviews } from "../../data/movie-reviews";
import { progress } from "../../kernel/index";
import * as tw from "../../src";
import { saveCheckpoint } from "../../src/weights/save-checkpoint";
import { programOptions, wholeNumber } from "../lib/program-options";
import { batchOf } from "./batch";
import { continuation } from "./continuations";
import { epoch, type Review, splitReviews } from "./corpus";
import { measure } from "./measure";
import { trainBpe } from "./train-bpe";

const config = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_act: "silu",
  hidden_size: 128,
  intermediate_size: 336,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  max_position_embeddings: 256,
  vocab_size: 3000,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  bos_token_id: 0,
  eos_token_id: 0,
};

async function main() {
  const values = programOptions("npm run make:tiny-lm -- [options]\nTrains the toy LM from scratch.", {
    steps: { default: "2400", help: "updates" },
    out: { default: "data/tiny-lm", help: "folder of the LM" },
    run: { default: "runs/tiny-lm", help: "folder of checkpoints and log, from which training resumes" },
  });
  const rng = tw.seeded(0);
  await tw.selectBackend();
  const { seen, unseen } = splitReviews(movieReviews());
  console.log(`${seen.length} reviews to train on, ${unseen.length} to evaluate on`);

  const definition = tokenizerOf(seen, rng.split("words of the tokenizer"));
  const tokenizer = tw.text.createTokenizer(definition);
  const model = tw.models.createCausalLm(config, { rng: rng.split("weights"), tokenizer });
  await train(model, seen, unseen, { steps: wholeNumber("steps", values.steps), folder: values.run, rng });
  await saveCheckpoint(values.out, { config, weights: model.weights, tokenizer: definition }, { format: "F16" });

  const saved = await tw.loadCausalLm(values.out);
  console.log("as saved, in float16, on all of the latter:", await measure(saved, unseen));
}

function tokenizerOf(seen: readonly Review[], rng: tw.Rng) {
  const texts = seen.flatMap(({ text, rating }) => {
    const { before, rating: word, after } = continuation(rating, rng);
    return [text, before + word + after];
  });
  return trainBpe(texts, { size: config.vocab_size, special: "<|endoftext|>" });
}

/** Trains all parameters, resuming from the last checkpoint in the folder if there is one. */
async function train(
  model: tw.CausalLm,
  seen: readonly Review[],
  unseen: readonly Review[],
  { steps, folder, rng }: { steps: number; folder: string; rng: tw.Rng },
) {
  const epochOf = (number: number) => ({ number, batches: epoch(seen, model.tokenizer, rng.split(`epoch ${number}`)) });
  let current = epochOf(0);
  const perEpoch = current.batches.length;
  const probed = rng.split("probed").shuffled(unseen).slice(0, 400);
  const resume = await tw.training.latestCheckpoint(folder);
  const log = tw.runLog<tw.PolicyRow>(folder, { config, steps }, { resume });
  const training = tw.trainPolicy({
    variables: tw.training.decayGroups(tw.trainable(model, /./), 0.1),
    objectives: [tw.weightedMle()],
    steps,
    learningRate: tw.warmedUp(100, tw.cosine(2e-3, 1e-4, steps - 100)),
    clipNorm: 1,
    batches(step) {
      const number = Math.floor(step / perEpoch);
      if (number !== current.number) current = epochOf(number);
      return [batchOf(model, current.batches[step % perEpoch])];
    },
    validate: { every: 500, measure: () => measure(model, probed) },
    rng: rng.split("training"),
    checkpoint: { folder, every: 100 },
    resume,
  });
  const describe = ([{ step, name, value }]: tw.PolicyRow[]) => `step ${step}, ${name} ${value.toFixed(2)}`;
  for await (const rows of progress(training, { label: "training", describe })) {
    log.add(rows);
    const measured = rows.map(({ name, value }) => `${name} ${value.toFixed(3)}`);
    if (rows[0].phase === "validation") console.log(`step ${rows[0].step}: ${measured.join(", ")}`);
  }
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
