"""Trains the digits model and writes it as ONNX, with the fixture that tests it.

From the repository root, with Python 3.11:

    pip install -r models/digits/requirements.txt
    python models/digits/train.py

It trains scikit-learn's MLPClassifier, with one hidden layer of 32, on 1,500
rows of the digits data set drawn with a seed, and writes

- models/digits/digits_model.onnx: input `pixels`, double [N,64] (0 to 16);
  outputs `probabilities`, double [N,10], and `label`, int64 [N];
- test/models/fixtures/digits.csv: the 297 rows held out, with the digit and the
  probabilities that scikit-learn (not the ONNX model) predicts.

It fails if onnxruntime disagrees with scikit-learn on any of those rows.
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "digits" / "digits_model.onnx"
HELD_OUT = ROOT / "test" / "models" / "fixtures" / "digits.csv"
BATCH_SIZES = [1, 2, 3, 5, 7, 8, 16, 17, 64, 100, 297]


def to_onnx(mlp):
    """The fitted network as an ONNX graph, all in double."""
    assert list(mlp.classes_) == list(range(10)), "a label must be its own index"
    constants = {
        # The scaling of the pixels by 1/16. To divide the weights in place of
        # the pixels is exact, as 16 is a power of 2, and saves a pass.
        "hidden_weights": mlp.coefs_[0] / 16,
        "hidden_bias": mlp.intercepts_[0],
        "score_weights": mlp.coefs_[1],
        "score_bias": mlp.intercepts_[1],
        "classes": np.array([1]),
    }
    node = helper.make_node
    nodes = [
        node("Gemm", ["pixels", "hidden_weights", "hidden_bias"], ["hidden"]),
        node("Relu", ["hidden"], ["active"]),
        node("Gemm", ["active", "score_weights", "score_bias"], ["score"]),
        # Softmax, written out: onnxruntime's own adds up in another order where
        # the batch is a single row, so that a row's probabilities could differ
        # in the last bit with the batch that it is in. (Exp treats the end of
        # an odd number of values in another way too; a row's 10 are even.)
        node("ReduceMax", ["score"], ["largest"], axes=[1], keepdims=1),
        node("Sub", ["score", "largest"], ["shifted"]),
        node("Exp", ["shifted"], ["exponential"]),
        node("ReduceSum", ["exponential", "classes"], ["sum"], keepdims=1),
        node("Div", ["exponential", "sum"], ["probabilities"]),
        node("ArgMax", ["probabilities"], ["label"], axis=1, keepdims=0, select_last_index=0),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("pixels", TensorProto.DOUBLE, ["N", 64])],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, ["N", 10]),
            helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="beam-predict",
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def check_batches(run, rows):
    """Every row's result has the same bits in whatever batch, wherever in it."""
    expected = run(rows)
    for size in BATCH_SIZES:
        for first in range(min(size, 4)):
            for start in range(first, len(rows), size):
                batch = slice(start, start + size)
                assert run(rows[batch]).tobytes() == expected[batch].tobytes(), (size, start)
                back = run(rows[batch][::-1].copy())[::-1]
                assert back.tobytes() == expected[batch].tobytes(), (size, start, "reversed")


def main():
    digits = load_digits()
    # Shuffled, as the last rows are not like the first: held out as they stand,
    # only some 92% of them come out right.
    order = np.random.default_rng(0).permutation(len(digits.data))
    train, held_out = order[:1500], order[1500:]
    rows = digits.data[held_out]
    # One thread, so that the number of cores cannot change the last bits of a sum,
    # and with them the weights.
    with threadpool_limits(1):
        mlp = MLPClassifier((32,), random_state=0, max_iter=1000)
        mlp.fit(digits.data[train] / 16, digits.target[train])
        predicted, probabilities = mlp.predict(rows / 16), mlp.predict_proba(rows / 16)
    accuracy = (predicted == digits.target[held_out]).mean()
    print("epochs:", mlp.n_iter_, "held-out accuracy: %.4f" % accuracy)
    assert accuracy > 0.95
    MODEL.write_bytes(to_onnx(mlp))

    digits_model = session(MODEL.read_bytes())
    found, label = digits_model.run(["probabilities", "label"], {"pixels": rows})
    difference = np.abs(found - probabilities).max()
    assert (label == predicted).all() and difference < 1e-12, "onnxruntime disagrees with scikit-learn"
    print("onnxruntime agrees with scikit-learn on", len(rows), "rows")
    print("largest difference of a probability: %.1e" % difference)
    check_batches(lambda batch: digits_model.run(["probabilities"], {"pixels": batch})[0], rows)
    print("probabilities of", len(rows), "rows have the same bits in batches of", BATCH_SIZES)

    HELD_OUT.parent.mkdir(parents=True, exist_ok=True)
    with HELD_OUT.open("w", encoding="ascii", newline="\n") as out:
        out.write(",".join([*digits.feature_names, "digit", *(f"p{d}" for d in range(10))]) + "\n")
        for pixels, digit, p in zip(rows.astype(int).tolist(), predicted, probabilities.tolist()):
            out.write(",".join([*map(str, pixels), str(digit), *map(repr, p)]) + "\n")
    for path in (MODEL, HELD_OUT):
        print("wrote", path.relative_to(ROOT).as_posix(), path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
