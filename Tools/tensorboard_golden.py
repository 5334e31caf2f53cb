"""Tests/FledgeTrainingTests/Fixtures/{new,resumed}.tfevents: event files as the tensorboard package writes them (it is
no part of the other tools' environment: pip install tensorboard==2.21.0)."""

import pathlib

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

OUT = pathlib.Path(__file__).parent.parent / "Tests/FledgeTrainingTests/Fixtures"
TIME = 1767225600.25


def scalars(step, values):
    return Event(
        wall_time=TIME + step,
        step=step,
        summary=Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values]),
    )


def write(name, events):
    with open(OUT / name, "wb") as file:
        writer = RecordWriter(file)
        for event in [Event(wall_time=TIME, file_version="brain.Event:2"), *events]:
            writer.write(event.SerializeToString())


write(
    "new.tfevents",
    [
        scalars(0, [("eval/loss", 10.5)]),
        scalars(1, [("train/loss", 9.75), ("train/learning_rate", 3e-4), ("train/grad_norm", 0.0)]),
        scalars(300, [("train/loss", float("nan")), ("train/größe", -1e30)]),
        scalars(1 << 40, [(f"train/metric_{i}", i / 7) for i in range(20)]),
    ],
)
write(
    "resumed.tfevents",
    [
        Event(wall_time=TIME, step=201, session_log=SessionLog(status=SessionLog.START)),
        scalars(201, [("train/loss", 2.5)]),
    ],
)
