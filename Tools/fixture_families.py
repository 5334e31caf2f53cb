"""Tiny checkpoints of the families beside T5, under Tests/Fixtures/families."""

import fixture_decoders
import fixture_encoder_decoders
import fixture_encoders
import fixture_family
import fixture_pipelines
import fixture_sentences

CHECKPOINTS = [*fixture_encoders.CHECKPOINTS, *fixture_decoders.CHECKPOINTS,
               *fixture_encoder_decoders.CHECKPOINTS]
WHOLE_MODELS = fixture_pipelines.MAKERS | fixture_sentences.MAKERS


def make_whole(name, output):
    directory = output / "families" / name
    directory.mkdir(parents=True, exist_ok=True)
    WHOLE_MODELS[name](directory)


def makers():
    """What makes each directory, by its name under Tests/Fixtures."""
    tiny = {f"families/{checkpoint.name}": lambda output, c=checkpoint: fixture_family.make(c, output / "families")
            for checkpoint in CHECKPOINTS}
    return tiny | {f"families/{name}": lambda output, n=name: make_whole(n, output) for name in WHOLE_MODELS}
