"""What transformers 4's question-answering pipeline computes, which transformers 5 no longer has.

A context that is too long is cut into windows that overlap by doc_stride tokens. In each window the start and end
logits go through a softmax over the tokens of the context and the first token, which stands for "no answer"; its
own product is remembered, and then it is no candidate. The score of an answer is the product of its start's and its
end's probability; the end is not before the start, and an answer has at most max_answer_len tokens. The best
2 * top_k + 10 spans of each window are widened to whole words of the window; spans of the same text (in whatever case,
in whatever window) are one answer, at the first one's place, and their scores are added. All answers are sorted by
their scores. With handle_impossible_answer, "no answer" (the least product of all windows) takes part in the sorting,
as an empty text.
"""

import numpy as np
import torch


def answers(tokenizer, model, question, context, *, top_k=1, doc_stride=None, max_seq_len=None, max_answer_len=15,
            handle_impossible_answer=False):
    if max_seq_len is None:
        max_seq_len = min(tokenizer.model_max_length, 384)
    if doc_stride is None:
        doc_stride = min(max_seq_len // 2, 128)
    windows = tokenizer(question, context, truncation="only_second", max_length=max_seq_len, stride=doc_stride,
                        return_overflowing_tokens=True, return_offsets_mapping=True)
    candidates, least_empty = [], 1000000.0
    for window in range(len(windows["input_ids"])):
        encoding = windows.encodings[window]
        starts, ends = probabilities(model, encoding)
        empty = float(starts[0] * ends[0])
        least_empty = min(least_empty, empty)
        for answer in spans(starts, ends, encoding, context, max_answer_len, 2 * top_k + 10):
            add(candidates, answer)
    if handle_impossible_answer:
        candidates.append({"score": least_empty, "start": 0, "end": 0, "answer": ""})
    return sorted(candidates, key=lambda candidate: -candidate["score"])[:top_k], len(windows["input_ids"])


def add(candidates, answer):
    for other in candidates:
        if other["answer"].lower() == answer["answer"].lower():
            other["score"] += answer["score"]
            return
    candidates.append(answer)


@torch.inference_mode()
def probabilities(model, encoding):
    inputs = {"input_ids": torch.tensor([encoding.ids]), "attention_mask": torch.tensor([encoding.attention_mask]),
              "token_type_ids": torch.tensor([encoding.type_ids])}
    output = model(**inputs)
    visible = np.array([sequence == 1 for sequence in encoding.sequence_ids])
    visible[0] = True
    sides = []
    for logits in (output.start_logits[0].numpy(), output.end_logits[0].numpy()):
        logits = np.where(visible, logits, -10000.0)
        exponentials = np.exp(logits - logits.max())
        sides.append(exponentials / exponentials.sum())
    return sides


def spans(starts, ends, encoding, context, max_answer_len, top_k):
    starts, ends = starts.copy(), ends.copy()
    starts[0] = ends[0] = 0.0
    scores = np.tril(np.triu(np.outer(starts, ends)), max_answer_len - 1)
    result = []
    for place in np.argsort(-scores.ravel(), kind="stable")[:top_k]:
        start, end = np.unravel_index(place, scores.shape)
        if scores[start, end] == 0:
            break
        # Answers are whole words.
        first = encoding.word_to_chars(encoding.token_to_word(int(start)), 1)[0]
        last = encoding.word_to_chars(encoding.token_to_word(int(end)), 1)[1]
        result.append({"score": float(scores[start, end]), "start": first, "end": last,
                       "answer": context[first:last]})
    return result
