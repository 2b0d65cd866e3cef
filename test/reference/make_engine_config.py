"""ConfigProto as TensorFlow's own Python classes serialize it -> engine_config.json.

Run: .venv/bin/python test/reference/make_engine_config.py   (tensorflow-cpu 2.21)
"""

import json
import pathlib

from tensorflow.core.protobuf import config_pb2

C = config_pb2.ConfigProto

cases = [
    ({}, C()),
    ({"intraOpThreads": 2, "interOpThreads": 300}, C(intra_op_parallelism_threads=2, inter_op_parallelism_threads=300)),
    ({"softPlacement": True}, C(allow_soft_placement=True)),
    ({"gpuAllowGrowth": True}, C(gpu_options=config_pb2.GPUOptions(allow_growth=True))),
    (
        {"groupLeader": "/job:worker/replica:0/task:0"},
        C(experimental=C.Experimental(collective_group_leader="/job:worker/replica:0/task:0")),
    ),
]
out = [{"config": config, "hex": proto.SerializeToString(deterministic=True).hex()} for config, proto in cases]
pathlib.Path(__file__).with_name("engine_config.json").write_text(json.dumps(out) + "\n")
