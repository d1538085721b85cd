"""What a model takes and gives, for the peers in Python that have the work of writing it themselves."""

import numpy as np
import onnxruntime

FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
SPECIES = [{"species": "setosa"}, {"species": "versicolor"}, {"species": "virginica"}]
NUMBERS = {int, float}


def iris_features(record):
    """The numbers of a record; None where it is no valid one."""
    if len(record) != 4:
        return None
    row = [record.get(name) for name in FEATURES]
    return row if all(type(value) in NUMBERS for value in row) else None


def digits_features(record):
    pixels = record.get("pixels")
    valid = isinstance(pixels, list) and len(pixels) == 64
    return pixels if valid and all(type(pixel) in NUMBERS and 0 <= pixel <= 16 for pixel in pixels) else None


def iris_answers(labels):
    return [SPECIES[label] for label in labels]


def digits_answers(labels, probabilities):
    return [
        {"digit": digit, "probabilities": row} for digit, row in zip(labels.tolist(), probabilities.tolist())
    ]


KINDS = {
    "iris": (iris_features, "features", ["label"], iris_answers),
    "digits": (digits_features, "pixels", ["label", "probabilities"], digits_answers),
}


class Model:
    def __init__(self, file, kind):
        self.features, self.input, self.outputs, self.answers = KINDS[kind]
        options = onnxruntime.SessionOptions()
        # One thread: a process a core is faster, and answers do not depend on the batch.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def predict(self, rows):
        """The predictions of many rows at once; None for those that are None."""
        valid = [row for row in rows if row is not None]
        if not valid:
            return [None] * len(rows)
        tensor = np.array(valid, dtype=np.float64)
        answers = iter(self.answers(*self.session.run(self.outputs, {self.input: tensor})))
        return [None if row is None else next(answers) for row in rows]
