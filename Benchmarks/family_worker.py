"""One peer of compare_family_peers.py in one process, one line of JSON at a time.

A request is `{"prompt_tokens": 512, "new_tokens": 128}` for a model that generates; the answer is
`{"prefill_seconds": …, "decode_tokens_per_second": …}`. For an encoder it is `{"lengths": [17, 60, …]}`, and the
answer is `{"seconds": …, "way": …}` for the whole batch in the fastest of the peer's ways. End of input ends it.
"""

import argparse
import contextlib
import json
import os
import pathlib
import sys
import time

BATCH_SIZES = (64, 16, 8)
FIRST_TOKEN = 1000


def prompt_ids(length, seed=0):
    """Token ids; the values do not matter, only that they vary."""
    return [FIRST_TOKEN + (seed * 7919 + position * 104729) % 25000 for position in range(length)]


class LlamaCppPeer:
    """llama.cpp through llama_decode alone: no sampling, no text; the next token is a fixed one."""

    def __init__(self, model, dtype, threads):
        import llama_cpp

        self.library = llama_cpp
        self.version = f"llama.cpp (llama-cpp-python {llama_cpp.__version__})"
        llama_cpp.llama_backend_init()
        parameters = llama_cpp.llama_model_default_params()
        self.model = llama_cpp.llama_model_load_from_file(str(model).encode(), parameters)
        if not self.model:
            raise SystemExit(f"llama.cpp does not read {model}")
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_ubatch = 1024, 1024, 512
        settings.n_threads = settings.n_threads_batch = threads
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        print(llama_cpp.llama_print_system_info().decode(), file=sys.stderr)

    def decode(self, tokens):
        array = (self.library.llama_token * len(tokens))(*tokens)
        status = self.library.llama_decode(self.context, self.library.llama_batch_get_one(array, len(tokens)))
        self.library.llama_synchronize(self.context)
        if status != 0:
            raise SystemExit(f"llama_decode: {status}")

    def generate(self, prompt_tokens, new_tokens):
        self.library.llama_memory_clear(self.library.llama_get_memory(self.context), True)
        begin = time.perf_counter()
        self.decode(prompt_ids(prompt_tokens))
        first = time.perf_counter()
        for token in prompt_ids(new_tokens - 1, 1):
            self.decode([token])
        end = time.perf_counter()
        return first - begin, (new_tokens - 1) / (end - first)


class TransformersDecoder:
    """A causal model in transformers, with its cache and without generate()'s bookkeeping."""

    def __init__(self, model, dtype, threads):
        import torch
        import transformers

        torch.set_num_threads(threads)
        self.torch = torch
        self.version = f"transformers {transformers.__version__}, torch {torch.__version__}"
        kind = transformers.AutoModelForCausalLM
        self.model = kind.from_pretrained(model, dtype=getattr(torch, dtype)).eval()

    def generate(self, prompt_tokens, new_tokens):
        """Prompt and decode speed of greedy generate()."""
        ids = self.torch.tensor([prompt_ids(prompt_tokens)])
        mask = self.torch.ones_like(ids)
        times = []
        for count in (1, new_tokens):
            begin = time.perf_counter()
            output = self.model.generate(ids, attention_mask=mask, do_sample=False, max_new_tokens=count,
                                         min_new_tokens=count, pad_token_id=0)
            times.append(time.perf_counter() - begin)
            if output.shape[1] != prompt_tokens + count:
                raise SystemExit(f"generated {output.shape[1] - prompt_tokens} tokens of {count}")
        return times[0], (new_tokens - 1) / (times[1] - times[0])


def sorted_batches(lengths, size):
    """Padded batches of sentences that are of nearly the same length."""
    order = sorted(range(len(lengths)), key=lambda number: lengths[number])
    for begin in range(0, len(order), size):
        rows = [prompt_ids(lengths[number], number) for number in order[begin : begin + size]]
        longest = max(map(len, rows))
        yield [[row + [0] * (longest - len(row)) for row in rows],
               [[1] * len(row) + [0] * (longest - len(row)) for row in rows]]


class EncoderPeer:
    def fastest(self, lengths):
        times = {}
        for size in BATCH_SIZES:
            batches = list(sorted_batches(lengths, size))
            begin = time.perf_counter()
            for ids, mask in batches:
                self.encode(ids, mask)
            times[f"batches of {size}, sorted"] = time.perf_counter() - begin
        way = min(times, key=times.get)
        return times[way], way


class TransformersEncoder(EncoderPeer):
    """dtype int8 is torch's dynamic quantisation of the linear layers."""

    def __init__(self, model, dtype, threads):
        import torch
        import transformers

        torch.set_num_threads(threads)
        self.torch = torch
        self.version = f"transformers {transformers.__version__}, torch {torch.__version__}"
        precision = torch.float32 if dtype == "int8" else getattr(torch, dtype)
        self.model = transformers.AutoModel.from_pretrained(model, dtype=precision).eval()
        if dtype == "int8":
            self.model = torch.ao.quantization.quantize_dynamic(self.model, {torch.nn.Linear}, dtype=torch.qint8)

    def encode(self, ids, mask):
        with self.torch.inference_mode():
            self.model(self.torch.tensor(ids), attention_mask=self.torch.tensor(mask))


class OnnxEncoder(EncoderPeer):
    def __init__(self, model, dtype, threads):
        import numpy
        import onnxruntime

        self.numpy = numpy
        self.version = f"onnxruntime {onnxruntime.__version__}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.inputs = {field.name for field in self.session.get_inputs()}

    def encode(self, ids, mask):
        ids, mask = self.numpy.array(ids), self.numpy.array(mask)
        values = {"input_ids": ids, "attention_mask": mask, "token_type_ids": self.numpy.zeros_like(ids)}
        self.session.run(None, {name: value for name, value in values.items() if name in self.inputs})


PEERS = {"llama.cpp": LlamaCppPeer, "transformers": TransformersDecoder, "transformers-encoder": TransformersEncoder,
         "onnxruntime": OnnxEncoder}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=PEERS, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--dtype", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    if arguments.backend.startswith("transformers"):
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()

    peer = PEERS[arguments.backend](arguments.model, arguments.dtype, arguments.threads)
    print(json.dumps({"version": peer.version}), file=answers)
    for line in sys.stdin:
        request = json.loads(line)
        if "lengths" in request:
            seconds, way = peer.fastest(request["lengths"])
            answer = {"seconds": seconds, "way": way}
        else:
            prefill, decode = peer.generate(request["prompt_tokens"], request["new_tokens"])
            answer = {"prefill_seconds": prefill, "decode_tokens_per_second": decode}
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
