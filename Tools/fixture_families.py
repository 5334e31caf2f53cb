"""Tiny checkpoints of the families beside T5, under Tests/Fixtures/families."""

import fixture_decoders
import fixture_encoder_decoders
import fixture_encoders
import fixture_family

CHECKPOINTS = [*fixture_encoders.CHECKPOINTS, *fixture_decoders.CHECKPOINTS,
               *fixture_encoder_decoders.CHECKPOINTS]


def makers():
    """What makes each directory, by its name under Tests/Fixtures."""
    return {f"families/{checkpoint.name}": lambda output, c=checkpoint: fixture_family.make(c, output / "families")
            for checkpoint in CHECKPOINTS}
