// Forms of preference files, with rows made up for them.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { audit } from "../../src/preferences/audit";
import { fromChoices } from "../../src/preferences/from-choices";
import { fromLabels } from "../../src/preferences/from-labels";
import { fromPairs } from "../../src/preferences/from-pairs";
import { fromRatings } from "../../src/preferences/from-ratings";
import { stepRewards } from "../../src/preferences/from-steps";
import { formOf, fromTable } from "../../src/preferences/from-table";
import type { ListsTable } from "../../src/preferences/lists-table";

/** "prompt: best = tied > worse; …", conversations by their contents. */
function shown(lists: ListsTable): string {
  const text = (value: unknown): string =>
    Array.isArray(value) ? value.map(turn => `${turn.role[0]}[${turn.content}]`).join("") : String(value);
  const rows = lists.objects() as { list: number; rank: number; prompt: unknown; response: unknown }[];
  return rows.reduce((all, { list, rank, prompt, response }, i) => {
    const before = rows[i - 1];
    if (before?.list !== list) return `${all}${all && "; "}${text(prompt)}: ${text(response)}`;
    return `${all} ${rank === before.rank ? "=" : ">"} ${text(response)}`;
  }, "");
}
const rows = (...records: object[]) => aq.from(records) as aq.ColumnTable;
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

/** Two responses whose winners are first, second, tie. */
const choice = (winners: unknown[], more: Record<string, unknown[]> = {}) =>
  aq.table({
    prompt: winners.map((_, i) => `p${i}`),
    response_a: winners.map(() => "x"),
    response_b: winners.map(() => "y"),
    winner: winners,
    ...more,
  });
const expected = "p0: x > y; p1: y > x; p2: x = y";

for (const winners of [
  ["model_a", "model_b", "tie"],
  ["A", "B", "tie (bothbad)"],
  ["[[A]]", "[[B]]", "[[C]]"],
  ["A>>B", "B>A", "A=B"],
  ["response_a", "response_b", "both_bad"],
  ["left", "right", "Draw"],
  [0, 1, 0.5],
  [1, 2, 1.5],
  ["1", "2", "1.5"],
])
  test(`a choice written ${JSON.stringify(winners)}`, () => {
    assert.equal(shown(fromTable(choice(winners))), expected);
  });

test("a choice by who wrote the two, by three columns of 0 and 1, by several annotators, by scores", () => {
  const models = { model_a: ["llama", "gpt", "gpt"], model_b: ["gpt", "llama", "llama"] };
  assert.equal(shown(fromTable(choice(["llama", "llama", "tie"], models))), expected);
  const columns = { winner_model_a: [1, 0, 0], winner_model_b: [0, 1, 0], winner_tie: [0, 0, 1] };
  const { winner: _, ...table } = Object.fromEntries(
    choice([1, 2, 1], columns)
      .columnNames()
      .map(name => [name, choice([1, 2, 1], columns).array(name)]),
  );
  assert.equal(shown(fromTable(aq.table(table as never))), expected);
  const judges = choice(["a", "b", "tie"], { ann: ["a", "b", "b"], ben: ["b", "b", "tie"] });
  const lists = fromChoices(judges, { winner: ["ann", "ben"] });
  assert.deepEqual([lists.numRows(), lists.array("annotator").slice(0, 4)], [12, ["ann", "ann", "ben", "ben"]]);
  const panel = rows({ instruction: "i", input: "j", response1: "x", response2: "y", annotator1: 1, annotator2: 2 });
  assert.equal(shown(fromTable(panel)), "i\n\nj: x > y; i\n\nj: y > x");
  assert.deepEqual(fromTable(panel).array("annotator").slice(1, 3), ["annotator1", "annotator2"]);
  const scored = aq.table({
    question: ["p0", "p1", "p2"],
    answer_0: ["x", "x", "x"],
    answer_1: ["y", "y", "y"],
    score_0: [2, 1, 0],
    score_1: [1, 3, 0],
  });
  assert.equal(shown(fromTable(scored)), expected);
  assert.deepEqual(Array.from(fromTable(scored).array("score")), [2, 1, 3, 1, 0, 0]);
});

test("what can be read in several ways is asked by the call that says which", () => {
  const asks = (table: aq.ColumnTable, ways: number, call: RegExp) => {
    assert.throws(() => fromTable(table), new RegExp(`can be read in ${ways} ways`));
    assert.throws(() => fromTable(table), call);
  };
  const label = (values: unknown[], more = {}) =>
    choice(values, { label: values, ...more }).select(aq.not("winner")) as aq.ColumnTable;
  asks(label([0, 1, 1]), 2, /winner: "label", values: \{ first: 0, second: 1, tie: 0\.5 \}/);
  asks(label([0, 1, 2]), 2, /values: \{ first: 1, second: 2, tie: 0 \}/);
  asks(label([true, false, true]), 2, /values: \{ first: false, second: true \}/);
  asks(label([-2, 3, 0]), 2, /values: \{ first: -1, second: 1, tie: 0 \}/);
  const values = { first: 1, second: 0 };
  assert.equal(shown(fromChoices(label([1, 0, 1]), { values })), "p0: x > y; p1: y > x; p2: x > y");
  assert.equal(shown(fromChoices(label([-2, 3, 0]), { values: { first: -1, second: 1, tie: 0 } })), expected);
  // Scores of both say which reading is right.
  const scores = { score_a: [5, 1, 4], score_b: [1, 7, 2] };
  assert.equal(shown(fromTable(label([1, 0, 1], scores))), "p0: x > y; p1: y > x; p2: x > y");
  assert.throws(
    () => fromTable(choice(["a", "b", "perhaps"])),
    /winner of row 2 is "perhaps"\. Say what the values mean/,
  );
});

test("rows without a winner are asked about; ties can be left out; contradictions are counted", t => {
  const table = choice(["a", null, "b"], { score_a: [1, 2, 1], score_b: [2, 2, 3] });
  assert.throws(
    () => fromTable(table),
    /1 of 3 rows have no winner, the first is row 1\. .*missing: "tie".*missing: "drop"/,
  );
  const seen: string[] = [];
  t.mock.method(process, "emitWarning", (text: string) => seen.push(text));
  assert.equal(shown(fromChoices(table, { missing: "tie" })), "p0: x > y; p1: x = y; p2: y > x");
  assert.match(seen[0], /in 1 of 3 rows the winner has the lower score, first in row 0/);
  assert.equal(shown(fromChoices(table, { missing: "tie", ties: "drop", contradicted: "drop" })), "p2: y > x");
  assert.throws(() => fromChoices(table, { missing: "drop", contradicted: "fail" }), /in 1 of 2 rows the winner/);
});

test("both responses in one cell, and HelpSteer's strengths", () => {
  const summaries = { info: { post: "long" }, summaries: [{ text: "x" }, { text: "y" }], worker: "w" };
  assert.equal(
    shown(fromTable(rows({ ...summaries, choice: 1 }, { ...summaries, choice: 0 }))),
    "long: y > x; long: x > y",
  );
  const strengths = rows(
    { context: [user("p")], response1: "x", response2: "y", overall_preference: -2 },
    { context: [user("q")], response1: "x", response2: "y", overall_preference: 1 },
  );
  assert.equal(shown(fromTable(strengths)), "u[p]: x > y; u[q]: y > x");
});

test("candidates as records, with ratings by one or several aspects, or ranks", () => {
  const table = rows({
    instruction: "p",
    completions: [
      { response: "x", overall_score: 7.5, annotations: { helpfulness: { Rating: "2" }, honesty: { Rating: "N/A" } } },
      { response: "y", overall_score: 3, annotations: { helpfulness: { Rating: "4" }, honesty: { Rating: "1" } } },
      { response: "z", overall_score: 1, annotations: { helpfulness: { Rating: "3" }, honesty: { Rating: "5" } } },
    ],
  });
  assert.equal(shown(fromTable(table)), "p: x > y > z");
  assert.equal(shown(fromRatings(table, { rating: "annotations.helpfulness.Rating" })), "p: y > z > x");
  const weights = { "annotations.helpfulness.Rating": 1, "annotations.honesty.Rating": 1 };
  assert.throws(() => fromRatings(table, { weights }), /of response 0 is null\. .*missing: "drop"/);
  assert.equal(shown(fromRatings(table, { weights, missing: "drop" })), "p: z > y");
  assert.equal(
    shown(
      fromTable(
        rows({
          prompt: "p",
          answers: [
            { answer: "x", rank: 2 },
            { answer: "y", rank: 1 },
          ],
        }),
      ),
    ),
    "p: y > x",
  );
  const aspects = rows(
    { prompt: "p", response: "x", helpfulness: 4, verbosity: 3 },
    { prompt: "p", response: "y", helpfulness: 2, verbosity: 9 },
  );
  assert.throws(() => fromTable(aspects), /3 readings: .*weights: \{ helpfulness: 1, verbosity: 1 \}/);
  assert.deepEqual(
    Array.from(fromRatings(aspects, { weights: { helpfulness: 2, verbosity: -0.5 } }).array("score")),
    [6.5, -0.5],
  );
  assert.throws(() => fromRatings(aspects, { weights: { kindness: 1 } }), /there is no column "kindness"/);
});

test("conversations in all layouts become messages", () => {
  const layouts: Record<string, unknown> = {
    messages: [assistant("a")],
    message: assistant("a"),
    fromValue: [{ from: "gpt", value: "a" }],
    turn: { from: "gpt", value: "a" },
    parts: [{ role: "assistant", content: [{ type: "text", text: "a" }] }],
  };
  for (const [name, chosen] of Object.entries(layouts)) {
    const table = rows({ conversations: [{ from: "human", value: "q" }], chosen, rejected: [assistant("b")] });
    assert.equal(shown(fromTable(table)), "u[q]: a[a] > a[b]", name);
  }
  const calls = rows({
    prompt: "q",
    chosen: [{ role: "assistant", content: null, tool_calls: [{ name: "f" }] }],
    rejected: [{ role: "assistant", content: null, tool_calls: [{ name: "g" }] }],
  });
  const [first] = fromTable(calls).array("response") as { tool_calls?: unknown; content: string }[][];
  assert.deepEqual(first, [{ role: "assistant", content: "", tool_calls: [{ name: "f" }] }]);
  assert.equal(audit(fromTable(calls)).identical, 0);
  const whole = rows({
    prompt: [user("q")],
    chosen: [user("q"), assistant("a")],
    rejected: [user("q"), assistant("b")],
  });
  assert.equal(shown(fromTable(whole)), "u[q]: a[a] > a[b]");
  const image = rows({ chosen: [{ role: "user", content: [{ type: "image" }] }], rejected: [assistant("b")] });
  assert.throws(() => fromTable(image), /chosen of row 0 has a part of type "image"/);
  const none = rows({ chosen: [{ role: "assistant", content: null }], rejected: [assistant("b")] });
  assert.throws(() => fromTable(none), /chosen of row 0 has a turn of assistant without content/);
  for (const text of ['[{"role": "user", "content": "a"}]', "[{'content': 'a', 'role': 'user'}]"])
    assert.throws(() => fromTable(rows({ chosen: text, rejected: "b" })), /a conversation written out as a text/);
});

test("trees of replies, nested or a message a row", () => {
  const reply = (text: string, rank: number | null, replies: object[] = []) => ({
    text,
    role: "assistant",
    rank,
    replies,
  });
  const next = { text: "more?", role: "prompter", rank: 0, replies: [reply("c", 1), reply("d", 0), reply("e", null)] };
  const tree = rows({
    message_tree_id: "1",
    prompt: { text: "q", role: "prompter", replies: [reply("a", 1, [next]), reply("b", 0)] },
  });
  const lists = "u[q]: a[b] > a[a]; u[q]a[a]u[more?]: a[d] > a[c]";
  assert.equal(shown(fromTable(tree)), lists);
  const message = (message_id: string, parent_id: string | null, role: string, text: string, rank: number | null) => ({
    message_id,
    parent_id,
    role,
    text,
    rank,
  });
  const flat = rows(
    message("1", null, "prompter", "q", null),
    message("2", "1", "assistant", "a", 1),
    message("3", "1", "assistant", "b", 0),
    message("4", "2", "prompter", "more?", 0),
    message("5", "4", "assistant", "c", 1),
    message("6", "4", "assistant", "d", 0),
  );
  assert.equal(shown(fromTable(flat)), lists);
});

test("steps: preferences between a step's candidates, and gold rewards", () => {
  const step = (chosen: number | null, ...texts: [string, number | null][]) => ({
    completions: texts.map(([text, rating]) => ({ text, rating })),
    chosen_completion: chosen,
  });
  const prm = rows({
    question: { problem: "1 + 1 + 1" },
    label: { steps: [step(0, ["1 + 1 = 2", 1], ["1 + 1 = 3", -1]), step(null, ["2 + 1 = 4", -1])] },
  });
  assert.equal(shown(fromTable(prm)), "1 + 1 + 1: \n1 + 1 = 2 > \n1 + 1 = 3");
  assert.deepEqual(stepRewards(prm).objects(), [
    {
      prompt: "1 + 1 + 1",
      response: "\n1 + 1 = 2\n2 + 1 = 4",
      steps: ["\n1 + 1 = 2", "\n2 + 1 = 4"],
      rewards: [1, -1],
    },
  ]);
  const trl = rows({ prompt: "p", completions: ["s", "t"], labels: [true, false] });
  assert.throws(() => fromTable(trl), /2 readings: rival responses .*fromLabels\(table\) or fromSteps\(table\)/);
  assert.deepEqual(stepRewards(trl).get("rewards", 0), [1, 0]);
  assert.throws(() => stepRewards(rows({ prompt: "p", steps: ["s"], labels: [] })), /not as many labels as steps/);
});

test("unpaired labels: whole conversations, truth values as spreadsheets write them", () => {
  const talk = (answer: string) => [
    { from: "human", value: "q" },
    { from: "gpt", value: answer },
  ];
  assert.equal(
    shown(fromTable(rows({ messages: talk("a"), label: "FALSE" }, { messages: talk("b"), label: "true" }))),
    "u[q]: a[b] > a[a]",
  );
  assert.throws(
    () => fromLabels(rows({ messages: [user("q")], label: true })),
    /does not end with a turn of the assistant/,
  );
  assert.deepEqual(formOf(rows({ completion: "a", label: true })), {
    form: "labels (completion, label)",
    call: "fromLabels(table)",
  });
});

test("the end of a prompt that is nowhere is an error; implied prompts end where a word does", t => {
  const pair = (chosen: string, rejected: string, options = {}) =>
    fromPairs(rows({ chosen, rejected }), options).get("prompt", 0);
  assert.throws(
    () => pair("H: a A: b", "H: a A: c", { promptEnd: "Assistant:" }),
    /"Assistant:" is not in .* in any of 1 pairs/,
  );
  const seen: string[] = [];
  t.mock.method(process, "emitWarning", (text: string) => seen.push(text));
  fromPairs(rows({ chosen: "q A: b", rejected: "q A: c" }, { chosen: "b", rejected: "c" }), { promptEnd: "A:" });
  assert.match(seen[0], /in 1 of 2 pairs, first in row 1/);
  for (const [prompt, chosen, rejected] of [
    ["It is", "goose", "good"],
    ["pi =", "3.14", "3.15"],
    ["We", "don't", "done"],
    ["cafe:", "e\u0301t\u00e9", "et"],
    ["family:", "👨‍👩‍👧", "👨‍👩‍👦"],
    ["flag:", "🇫🇷", "🇫🇮"],
    ["hand:", "👍🏽", "👍"],
  ])
    assert.equal(pair(`${prompt} ${chosen}`, `${prompt} ${rejected}`), prompt);
  assert.equal(pair("答えは猫です", "答えは犬です"), "答えは");
});

test("64-bit ids as annotators and lists", () => {
  const big = 2n ** 60n;
  const table = aq.table({
    prompt: ["p", "p", "p", "p"],
    response: ["a", "b", "a", "b"],
    score: [1, 2, 2, 1],
    annotator: [big, big, big + 1n, big + 1n],
  });
  const lists = fromRatings(table);
  assert.equal(shown(lists), "p: b > a; p: a > b");
  assert.deepEqual(audit(lists).agreement!.annotators.array("annotator"), [big, big + 1n]);
});
