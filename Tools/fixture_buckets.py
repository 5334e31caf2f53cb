"""The bucket of every distance, straight from transformers.

The logarithm is computed in float32 and cut off, so that a last bit can move a distance to its neighbour's bucket.
"""

import torch
from transformers.models.t5.modeling_t5 import T5Attention

from fixture_notes import made_by, write_json

TABLES = [(32, 128), (12, 50), (64, 256), (8, 20)]
FARTHEST = 300


def make(output):
    distances = torch.arange(-FARTHEST, FARTHEST + 1)
    tables = []
    for buckets, max_distance in TABLES:
        for bidirectional in (True, False):
            values = T5Attention._relative_position_bucket(distances, bidirectional, buckets, max_distance)
            tables.append(
                {
                    "relative_attention_num_buckets": buckets,
                    "relative_attention_max_distance": max_distance,
                    "bidirectional": bidirectional,
                    "buckets": values.tolist(),
                }
            )
    directory = output / "relative-position-buckets"
    directory.mkdir(parents=True, exist_ok=True)
    note = "buckets[i] is the bucket of the relative position (key - query) first_relative_position + i"
    content = {"made_by": made_by(), "note": note, "first_relative_position": -FARTHEST, "tables": tables}
    write_json(directory / "buckets.json", content)
