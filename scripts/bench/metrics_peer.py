"""Python's side of the metrics benchmark.

Reads one JSON object (pairs), then the name of a row per line; answers {"seconds", "scores"}.
"""
import json
import sys
import time

from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer


class NoSynonyms:
    def synsets(self, _):
        return []


kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
scorers = {"rouge": RougeScorer(kinds), "rouge-stem": RougeScorer(kinds, use_stemmer=True)}


def score(row, prediction, reference):
    if row == "meteor":
        return [single_meteor_score(reference.split(" "), prediction.split(" "), wordnet=NoSynonyms())]
    scores = scorers[row].score(reference, prediction)
    return [scores[kind].fmeasure for kind in kinds]


pairs = json.loads(sys.stdin.readline())["pairs"]
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    scores = [score(line.strip(), prediction, reference) for prediction, reference in pairs]
    print(json.dumps({"seconds": time.perf_counter() - start, "scores": scores}), flush=True)
