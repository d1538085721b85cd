"""The prediction job in mrjob: mappers predict, reducers keep one of equal records.

    python job.py -r local INPUT --output-dir OUTPUT --model MODEL --kind KIND
"""

import sys
from pathlib import Path

import orjson
from mrjob.job import MRJob
from mrjob.protocol import BytesValueProtocol

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
BATCH = 1024


class RawPairs:
    """Keys and values that are texts of JSON already, with a tab between them."""

    def read(self, line):
        return line.split(b"\t", 1)

    def write(self, key, value):
        return b"%b\t%b" % (key, value)


class PredictJob(MRJob):
    FILES = ["../model.py"]
    INPUT_PROTOCOL = BytesValueProtocol
    INTERNAL_PROTOCOL = RawPairs
    OUTPUT_PROTOCOL = RawPairs

    def configure_args(self):
        super().configure_args()
        self.add_file_arg("--model")
        self.add_passthru_arg("--kind")

    def mapper_init(self):
        from model import Model

        self.predictor = Model(self.options.model, self.options.kind)
        self.records = []

    def mapper(self, _, line):
        # A record at a time, as mrjob's own way would be, takes several times as long.
        self.records.append(orjson.loads(line))
        if len(self.records) == BATCH:
            yield from self.flush()

    def mapper_final(self):
        yield from self.flush()

    def flush(self):
        predictions = self.predictor.predict([self.predictor.features(record) for record in self.records])
        for record, prediction in zip(self.records, predictions):
            yield orjson.dumps(record, option=orjson.OPT_SORT_KEYS), orjson.dumps(prediction)
        self.records = []

    def reducer(self, record, predictions):
        yield record, next(predictions)


if __name__ == "__main__":
    PredictJob.run()
