"""Expected numbers of Transformers for generation: filtered distributions, greedy and beam search on tiny models.

python scripts/golden/generation_peer.py test/golden   (reads tiny_models/, writes generation.json)
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, GenerationConfig, LogitsProcessorList
from transformers.generation import logits_process as lp

root = Path(sys.argv[1])
torch.manual_seed(5)


def rounded(value):
    if isinstance(value, list):
        return [rounded(x) for x in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


def filter_cases():
    """Next-token probabilities after the processors, in the order in which `generate` runs them."""
    logits = (torch.randn(3, 23, dtype=torch.float64) * 2.5).round(decimals=5)
    logits[1, 4] = logits[1, 17] = logits[1].topk(4).values[-1]  # ties at the k-th place
    seen = [[3, 8, 3, 20], [17, 4, 0, 1], [22, 22, 5, 9]]
    for options in [
        {"temperature": 0.7},
        {"topK": 1},
        {"topK": 5},
        {"topK": 50},
        {"topP": 0.05},
        {"topP": 0.6},
        {"topP": 0.97},
        {"repetitionPenalty": 1.3},
        {"repetitionPenalty": 0.5, "temperature": 2.0},
        {"minNewTokens": 1, "stopTokens": [2, 11]},
        {"suppressTokens": [0, 7], "topK": 6, "topP": 0.8, "temperature": 1.4, "repetitionPenalty": 1.8},
        {"minNewTokens": 1, "stopTokens": [int(logits[0].argmax())], "temperature": 0.5, "topP": 0.5},
    ]:
        steps = LogitsProcessorList()
        if "repetitionPenalty" in options:
            steps.append(lp.RepetitionPenaltyLogitsProcessor(options["repetitionPenalty"]))
        if "minNewTokens" in options:
            steps.append(lp.MinNewTokensLengthLogitsProcessor(len(seen[0]), 1, options["stopTokens"]))
        if "suppressTokens" in options:
            steps.append(lp.SuppressTokensLogitsProcessor(options["suppressTokens"]))
        if "temperature" in options:
            steps.append(lp.TemperatureLogitsWarper(options["temperature"]))
        if "topK" in options:
            steps.append(lp.TopKLogitsWarper(options["topK"]))
        if "topP" in options:
            steps.append(lp.TopPLogitsWarper(options["topP"]))
        kept = steps(torch.tensor(seen), logits.clone()).softmax(-1)
        # Ties at the edge of the nucleus may be broken either way, so there must be none.
        yield {
            "id": "filters " + json.dumps(options),
            "type": "filters",
            "logits": logits.tolist(),
            "seen": seen,
            "options": options,
            "expected": rounded(kept.tolist()),
        }


def hf_names(options):
    names = {
        "maxNewTokens": "max_new_tokens",
        "minNewTokens": "min_new_tokens",
        "repetitionPenalty": "repetition_penalty",
        "suppressTokens": "suppress_tokens",
        "samples": "num_return_sequences",
        "stopTokens": "eos_token_id",
        "numBeams": "num_beams",
        "lengthPenalty": "length_penalty",
        "earlyStopping": "early_stopping",
    }
    flat = {**options, **options.get("beamSearch", {})}
    return {names[key]: value for key, value in flat.items() if key != "beamSearch" and value != []}


def generate(model, inputs, options):
    """One input at a time, so that padding has no effect."""
    stops = options["stopTokens"]
    beams = "beamSearch" in options
    for ids in inputs:
        config = GenerationConfig(do_sample=False, pad_token_id=0, **hf_names(options))
        out = model.generate(
            torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            generation_config=config,
            return_dict_in_generate=True,
            output_scores=True,
            output_logits=True,
        )
        found = []
        for k, row in enumerate(out.sequences.tolist()):
            new = row[1:] if model.config.is_encoder_decoder else row[len(ids) :]
            end = next((t + 1 for t, token in enumerate(new) if token in stops), options["maxNewTokens"])
            entry = {"ids": new[:end]}
            if beams:
                entry["score"] = rounded(out.sequences_scores[k].item())
            else:
                probabilities = [step.log_softmax(-1)[k] for step in out.logits]
                entry["logProbs"] = rounded([probabilities[t][token].item() for t, token in enumerate(new[:end])])
            found.append(entry)
        yield found


def generate_cases():
    inputs = [[5, 17, 29, 44, 3, 8], [40], [11, 60, 7]]
    for name in ["gpt2", "llama_gqa_tied", "llama_gqa_untied", "t5_relu", "t5_gated_gelu"]:
        kind = AutoModelForSeq2SeqLM if name.startswith("t5") else AutoModelForCausalLM
        model = kind.from_pretrained(root / "tiny_models" / name).eval()
        model.generation_config.eos_token_id = None
        free = [
            [token for beam in found for token in beam["ids"]]
            for found in generate(
                model, inputs, {"maxNewTokens": 8, "samples": 3, "stopTokens": [], "beamSearch": {"numBeams": 3}}
            )
        ]
        # Tokens that beams do generate, taken from their middles.
        stops = sorted({tokens[3] for tokens in free} | {tokens[12] for tokens in free})
        for more in [
            {"stopTokens": []},
            {"stopTokens": stops, "minNewTokens": 2},
            {"stopTokens": stops, "repetitionPenalty": 1.7, "suppressTokens": [1, 2, 3]},
            {"stopTokens": stops[:1], "samples": 2, "beamSearch": {"numBeams": 2}},
            {"stopTokens": stops, "samples": 3, "beamSearch": {"numBeams": 3, "lengthPenalty": 0.8}},
            {
                "stopTokens": stops,
                "samples": 4,
                "beamSearch": {"numBeams": 4, "lengthPenalty": 2.0, "earlyStopping": True},
            },
            {
                "stopTokens": stops[:2],
                "samples": 3,
                "beamSearch": {"numBeams": 3, "lengthPenalty": 2.0, "earlyStopping": "never"},
            },
            {
                "stopTokens": stops,
                "samples": 2,
                "beamSearch": {"numBeams": 4, "lengthPenalty": -0.5, "earlyStopping": "never"},
            },
            {
                "stopTokens": stops,
                "minNewTokens": 3,
                "repetitionPenalty": 1.4,
                "suppressTokens": [1],
                "samples": 2,
                "beamSearch": {"numBeams": 3},
            },
        ]:
            options = {"maxNewTokens": 9, **more}
            yield {
                "id": f"{name} {json.dumps(options)}",
                "type": "generate",
                "model": f"tiny_models/{name}",
                "inputs": inputs,
                "options": options,
                "expected": list(generate(model, inputs, options)),
            }


with torch.no_grad():
    fixture = {
        "family": "generation",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "cases": [*filter_cases(), *generate_cases()],
    }
(root / "generation.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
