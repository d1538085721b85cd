"""The prediction job as one writes it in plain Python for this input alone: one process, batches, a set of what was seen.

    python job.py INPUT OUTPUT MODEL KIND
"""

import sys
from itertools import islice
from pathlib import Path

import orjson

sys.path.append(str(Path(__file__).resolve().parents[1]))
from model import Model  # noqa: E402

BATCH = 1024

input_path, output_path, model_path, kind = sys.argv[1:]
model = Model(model_path, kind)
seen = set()
with open(input_path, "rb") as lines, open(output_path, "wb") as output:
    while batch := list(islice(lines, BATCH)):
        rows = [model.features(orjson.loads(line)) for line in batch]
        for line, row, prediction in zip(batch, rows, model.predict(rows)):
            key = line if row is None else tuple(row)
            if key not in seen:
                seen.add(key)
                output.write(b"%b\t%b\n" % (line.rstrip(), orjson.dumps(prediction)))
