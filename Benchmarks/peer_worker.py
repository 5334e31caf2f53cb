"""One peer in one process: loads a checkpoint, then measures what it is asked to, one line of JSON at a time.

compare_peers.py starts it and speaks with it over standard input and output. A request is
`{"prompt_tokens": [256], "new_tokens": 128}`; `prompt_tokens` has one entry for each sequence of the batch. The
answer is `{"seconds": …, "tokens": …}`, with the number of tokens that were generated in all. End of input ends it.
"""

import argparse
import json
import os
import resource
import sys
import time


def prompt_ids(length, seed, vocabulary):
    """`length` token ids, the last of which ends the sequence. The values do not matter, only that they vary."""
    ordinary = vocabulary - 128 - 3  # The first three are special, the last hundred and the padding are sentinels.
    ids = [3 + (seed * 7919 + position * 104729) % ordinary for position in range(length - 1)]
    return ids + [1]


class CTranslate2Peer:
    def __init__(self, model, dtype, threads):
        import ctranslate2

        self.version = f"ctranslate2 {ctranslate2.__version__}"
        self.translator = ctranslate2.Translator(
            model, device="cpu", compute_type=dtype, inter_threads=1, intra_threads=threads
        )
        with open(os.path.join(model, "shared_vocabulary.json"), encoding="utf-8") as file:
            self.vocabulary = json.load(file)
        self.vocabulary_size = len(self.vocabulary)

    def generate(self, prompts, new_tokens):
        source = [[self.vocabulary[token] for token in prompt] for prompt in prompts]
        begin = time.perf_counter()
        results = self.translator.translate_batch(
            source,
            beam_size=1,
            max_batch_size=0,
            max_input_length=0,
            max_decoding_length=new_tokens,
            min_decoding_length=new_tokens,
        )
        seconds = time.perf_counter() - begin
        return seconds, sum(len(result.hypotheses[0]) for result in results)


class TransformersPeer:
    def __init__(self, model, dtype, threads):
        import torch
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        torch.set_num_threads(threads)
        self.torch = torch
        self.version = f"transformers {transformers.__version__}, torch {torch.__version__}"
        self.model = transformers.AutoModelForSeq2SeqLM.from_pretrained(model, dtype=getattr(torch, dtype)).eval()
        self.vocabulary_size = self.model.config.vocab_size

    def generate(self, prompts, new_tokens):
        longest = max(len(prompt) for prompt in prompts)
        ids = self.torch.tensor([prompt + [0] * (longest - len(prompt)) for prompt in prompts])
        mask = self.torch.tensor([[1] * len(prompt) + [0] * (longest - len(prompt)) for prompt in prompts])
        begin = time.perf_counter()
        output = self.model.generate(
            ids, attention_mask=mask, do_sample=False, max_new_tokens=new_tokens, min_new_tokens=new_tokens
        )
        seconds = time.perf_counter() - begin
        return seconds, output.shape[0] * (output.shape[1] - 1)


PEERS = {"ctranslate2": CTranslate2Peer, "transformers": TransformersPeer}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=PEERS, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dtype", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    begin = time.perf_counter()
    peer = PEERS[arguments.backend](arguments.model, arguments.dtype, arguments.threads)
    print(json.dumps({"version": peer.version, "load_seconds": time.perf_counter() - begin}), file=answers)
    for line in sys.stdin:
        request = json.loads(line)
        lengths = request["prompt_tokens"]
        prompts = [prompt_ids(length, seed, peer.vocabulary_size) for seed, length in enumerate(lengths)]
        seconds, tokens = peer.generate(prompts, request["new_tokens"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(json.dumps({"seconds": seconds, "tokens": tokens, "peak_memory_bytes": peak}), file=answers)


if __name__ == "__main__":
    main()
