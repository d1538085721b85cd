"""The prediction job in Beam's Python SDK: read, RunInference, keep distinct lines, write.

    python job.py INPUT OUTPUT MODEL KIND
"""

import sys
from pathlib import Path

import apache_beam as beam
import numpy as np
import orjson
from apache_beam.ml.inference.base import KeyedModelHandler, RunInference
from apache_beam.ml.inference.onnx_inference import OnnxModelHandlerNumpy
from apache_beam.options.pipeline_options import PipelineOptions

sys.path.append(str(Path(__file__).resolve().parents[1]))
from model import KINDS  # noqa: E402

INVALID = "invalid"


class Parse(beam.DoFn):
    """A record's text with its features; what is no valid record goes another way."""

    def __init__(self, kind):
        self.features = KINDS[kind][0]

    def process(self, line):
        record = orjson.loads(line)
        row = self.features(record)
        text = orjson.dumps(record).decode()
        if row is None:
            yield beam.pvalue.TaggedOutput(INVALID, f"{text}\tnull")
        else:
            yield text, np.array(row, dtype=np.float64)


def infer(kind):
    _, name, outputs, answers = KINDS[kind]

    def run(session, batch, _):
        return answers(*session.run(outputs, {name: np.stack(batch)}))

    return run


def write(element):
    text, result = element
    return f"{text}\t{orjson.dumps(result.inference).decode()}"


def main(input_path, output_path, model_path, kind):
    handler = OnnxModelHandlerNumpy(
        model_path,
        providers=["CPUExecutionProvider"],
        inference_fn=infer(kind),
        max_batch_size=1024,
    )
    # The direct runner tries Prism first, which it gets from the network, and goes on with this one where it can't. Named, it is
    # the same everywhere.
    with beam.Pipeline(options=PipelineOptions(["--runner=FnApiRunner"])) as pipeline:
        parsed = (
            pipeline
            | beam.io.ReadFromText(input_path)
            | beam.ParDo(Parse(kind)).with_outputs(INVALID, main="valid")
        )
        predicted = parsed.valid | RunInference(KeyedModelHandler(handler)) | beam.Map(write)
        (
            (predicted, parsed[INVALID])
            | beam.Flatten()
            | beam.Distinct()
            | beam.io.WriteToText(output_path)
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
