"""TRL's side of the training benchmark: DPOTrainer and GRPOTrainer on the same weights, updates and token ids.

Reads one JSON object (folder, rank, alpha, threads), then rows: `dpo JSON` or `grpo JSON` makes a trainer, and each
`step JSON` that follows is one of its steps, answered with {"seconds", "loss", "gradientNorm", "parts"}.

The steps are those of `Trainer.train`, from `on_step_begin` to `on_step_end`; logging is not counted. Gradient
checkpointing is off, for it saves memory and costs time. GRPO generates in full, then goes on with the completions that
the job gives, so that both sides learn from the same ones.
"""
import json
import os
import sys
import tempfile
import time
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TQDM_DISABLE"] = "1"
answers, sys.stdout = sys.stdout, sys.stderr
warnings.filterwarnings("ignore")
import torch
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from peft import LoraConfig, set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, PrinterCallback, TrainerCallback
from transformers.utils import logging
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer

logging.disable_progress_bar()
logging.set_verbosity_error()
disable_progress_bar()


def answer(content):
    print(json.dumps(content), file=answers, flush=True)


class Turns(TrainerCallback):
    """Waits for the line of each step, times it, and answers when it is logged."""

    def __init__(self, parts):
        self.parts, self.given = parts, None

    def on_step_begin(self, *_, **__):
        self.given = json.loads(sys.stdin.readline().partition(" ")[2])
        self.parts.clear()
        self.start = time.perf_counter()

    def on_step_end(self, *_, **__):
        self.seconds = time.perf_counter() - self.start

    def on_log(self, args, state, control, logs, **_):
        if "loss" in logs and "grad_norm" in logs:
            answer({
                "seconds": self.seconds,
                "loss": logs["loss"],
                "gradientNorm": logs["grad_norm"],
                "parts": dict(self.parts),
            })


class Timed:
    """Adds up the seconds of parts of a step."""

    def __init__(self, parts, name):
        self.parts, self.name = parts, name

    def __enter__(self):
        self.start = time.perf_counter()

    def __exit__(self, *_):
        self.parts[self.name] = self.parts.get(self.name, 0) + time.perf_counter() - self.start


class Dpo(DPOTrainer):
    """Pairs are token ids."""

    def _prepare_dataset(self, dataset, *_):
        return dataset


class Grpo(GRPOTrainer):
    """Prompts and completions are token ids of the job."""

    def _tokenize_prompts(self, prompts):
        return [self.prompts[int(n)] for n in prompts], None, {}

    def _generate_single_turn(self, prompt_ids, *more, **named):
        with Timed(self.turns.parts, "generation"):
            own, _ = super()._generate_single_turn(prompt_ids, *more, **named)
        given = {tuple(prompt): list(completions) for prompt, completions in self.turns.given}
        assert [len(ids) for ids in own] == [self.max_completion_length] * len(prompt_ids)
        return [given[tuple(ids)].pop() for ids in prompt_ids], None

    def _get_per_token_logps_and_entropies(self, *args, **named):
        if torch.is_grad_enabled():
            return super()._get_per_token_logps_and_entropies(*args, **named)
        with Timed(self.turns.parts, "reference"):
            return super()._get_per_token_logps_and_entropies(*args, **named)


def distinct(completion_ids, **_):
    return [len(set(ids)) / len(ids) for ids in completion_ids]


def run(job, method, row):
    dtype = torch.bfloat16 if row["bfloat16"] else torch.float32
    common = {
        "output_dir": tempfile.gettempdir(),
        "max_steps": row["steps"],
        "learning_rate": row["learningRate"],
        "lr_scheduler_type": "constant",
        "weight_decay": 0.0,
        "max_grad_norm": row["clipNorm"],
        "beta": row["beta"],
        "bf16": row["bfloat16"],
        "gradient_checkpointing": False,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
        "use_cpu": True,
    }
    parts = {}
    turns = Turns(parts)
    given = {
        "model": AutoModelForCausalLM.from_pretrained(job["folder"], dtype=dtype),
        "processing_class": PreTrainedTokenizerFast(
            tokenizer_file=os.path.join(job["folder"], "tokenizer.json"),
            eos_token="<|im_end|>",
            pad_token="<|endoftext|>",
            bos_token="<|im_start|>",
        ),
        "peft_config": LoraConfig(
            r=job["rank"], lora_alpha=job["alpha"], lora_dropout=0.0, target_modules=["q_proj", "v_proj"]
        ),
        "callbacks": [turns],
    }
    if method == "dpo":
        config = DPOConfig(
            per_device_train_batch_size=len(row["pairs"]),
            precompute_ref_log_probs=row["precomputed"],
            max_length=None,
            **common,
        )
        names = ("prompt_ids", "chosen_ids", "rejected_ids")
        data = Dataset.from_list([dict(zip(names, pair)) for pair in row["pairs"]])
        trainer = Dpo(args=config, train_dataset=data, **given)
    else:
        config = GRPOConfig(
            per_device_train_batch_size=len(row["prompts"]) * row["samples"],
            num_generations=row["samples"],
            max_completion_length=row["tokens"],
            generation_kwargs={"min_new_tokens": row["tokens"]},
            loss_type="grpo",
            scale_rewards="none",
            use_bias_correction_kl=False,  # the KL term of the paper
            **common,
        )
        data = Dataset.from_list([{"prompt": str(n)} for n in range(len(row["prompts"]))])
        trainer = Grpo(args=config, reward_funcs=distinct, train_dataset=data, **given)
        trainer.prompts, trainer.turns = row["prompts"], turns
    trainer.remove_callback(PrinterCallback)
    set_peft_model_state_dict(trainer.model, load_file(os.path.join(row["adapter"], "adapter_model.safetensors")))
    answer({"ready": True})
    trainer.train()


job = json.loads(sys.stdin.readline())
torch.set_num_threads(job["threads"])
answer({"ready": True})
for line in sys.stdin:
    method, _, row = line.partition(" ")
    run(job, method, json.loads(row))
