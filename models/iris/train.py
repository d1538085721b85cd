"""Trains the iris model and writes it as ONNX, with the fixture that tests it.

From the repository root, with Python 3.11:

    pip install -r models/iris/requirements.txt
    python models/iris/train.py

It trains scikit-learn's SVC on every row of the iris data set but the last,
and writes

- models/iris/iris_model.onnx: input `features`, double [N,4] (sepal length,
  sepal width, petal length, petal width); output `label`, int64 [N]
  (0 setosa, 1 versicolor, 2 virginica);
- test/models/fixtures/iris_grid.csv: the iris rows and 10,000 random points,
  with the species that scikit-learn (not the ONNX model) predicts.

It fails if onnxruntime disagrees with scikit-learn on any of those points.
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_iris
from sklearn.svm import SVC

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "iris" / "iris_model.onnx"
GRID = ROOT / "test" / "models" / "fixtures" / "iris_grid.csv"
COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
GAMMA = 0.001
BATCH_SIZES = [1, 2, 3, 5, 7, 8, 16, 17, 64, 100, 297]


def to_onnx(svc, outputs):
    """The fitted SVC as an ONNX graph, all in double.

    skl2onnx would emit SVMClassifier, which computes in float32 and so answers
    differently near a boundary.
    """
    vectors, classes = svc.support_vectors_, len(svc.classes_)
    assert list(svc.classes_) == list(range(classes)), "a label must be its own index"
    pairs = [(i, j) for i in range(classes) for j in range(i + 1, classes)]

    # One column a pair of classes (i, j). In libsvm's layout the coefficient of
    # a vector of class i against class j is in row j-1, of class j against i in
    # row i (i < j). Vectors of other classes take no part.
    class_of = np.repeat(svc.classes_, svc.n_support_)
    weights = np.zeros((len(vectors), len(pairs)))
    # votes = won @ vote + lost: a pair that is won (1) votes for i, else for j.
    vote, lost = np.zeros((len(pairs), classes)), np.zeros(classes)
    for p, (i, j) in enumerate(pairs):
        weights[class_of == i, p] = svc.dual_coef_[j - 1, class_of == i]
        weights[class_of == j, p] = svc.dual_coef_[i, class_of == j]
        vote[p, i], vote[p, j] = 1, -1
        lost[j] += 1

    # Fill up to a multiple of 8 with vectors of weight 0. onnxruntime's Exp
    # takes several numbers at a time and computes what is left over at the end
    # of the tensor in another way, which may differ in the last bit. With whole
    # groups in each row nothing is left over, and a row's result does not
    # depend on the batch that it is in.
    fill = -len(vectors) % 8
    vectors = np.vstack([vectors, np.repeat(vectors[:1], fill, axis=0)])
    weights = np.vstack([weights, np.zeros((fill, len(pairs)))])

    # -gamma |x - s|^2 = [x*x, x] @ [-gamma, 2 gamma s] - gamma |s|^2, one matrix
    # product, takes about two thirds of the time of the differences, and its
    # decisions are as near to scikit-learn's.
    constants = {
        "kernel_weights": np.vstack([np.full(vectors.T.shape, -GAMMA), 2 * GAMMA * vectors.T]),
        "kernel_bias": -GAMMA * (vectors**2).sum(axis=1),
        "weights": weights,
        "intercept": svc.intercept_,
        "zero": np.array(0.0),
        "vote": vote,
        "lost": lost,
    }
    node = helper.make_node
    nodes = [
        node("Mul", ["features", "features"], ["squares"]),
        node("Concat", ["squares", "features"], ["terms"], axis=1),
        node("Gemm", ["terms", "kernel_weights", "kernel_bias"], ["exponent"]),
        node("Exp", ["exponent"], ["kernel"]),
        node("Gemm", ["kernel", "weights", "intercept"], ["decision"]),
        node("Greater", ["decision", "zero"], ["positive"]),
        node("Cast", ["positive"], ["won"], to=TensorProto.DOUBLE),
        node("Gemm", ["won", "vote", "lost"], ["votes"]),
        # The first of the largest, as libsvm breaks ties.
        node("ArgMax", ["votes"], ["label"], axis=1, keepdims=0, select_last_index=0),
    ]
    kinds = {"label": (TensorProto.INT64, ["N"]), "decision": (TensorProto.DOUBLE, ["N", len(pairs)])}
    graph = helper.make_graph(
        nodes,
        "iris",
        [helper.make_tensor_value_info("features", TensorProto.DOUBLE, ["N", len(COLUMNS)])],
        [helper.make_tensor_value_info(name, *kinds[name]) for name in outputs],
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
    iris = load_iris()
    svc = SVC(gamma=GAMMA, C=100).fit(iris.data[:-1], iris.target[:-1])
    print("support vectors:", len(svc.support_vectors_), "by class", svc.n_support_)
    MODEL.write_bytes(to_onnx(svc, ["label"]))

    low, high = iris.data.min(axis=0), iris.data.max(axis=0)
    margin = 0.1 * (high - low)
    points = np.random.default_rng(0).uniform(low - margin, high + margin, (10_000, len(COLUMNS)))
    # + 0.0 makes 0 of -0, which does not survive every way of writing a number.
    rows = np.vstack([iris.data, np.round(points, 3) + 0.0])
    predicted = svc.predict(rows)

    label = session(MODEL.read_bytes()).run(["label"], {"features": rows})[0]
    assert (label == predicted).all(), "onnxruntime disagrees with scikit-learn"
    print("onnxruntime agrees with scikit-learn on", len(rows), "rows; of each species:", np.bincount(label))
    print("right on", int((predicted[: len(iris.data)] == iris.target).sum()), "of the", len(iris.data), "iris rows")

    # The same graph with its decisions shown, to see how near they come.
    decisions = session(to_onnx(svc, ["decision"]))
    run = lambda batch: decisions.run(["decision"], {"features": batch})[0]
    svc.decision_function_shape = "ovo"
    expected = svc.decision_function(rows)
    print("largest difference of a decision: %.1e" % np.abs(run(rows) - expected).max())
    print("decision nearest to 0: %.1e" % np.abs(expected).min())
    check_batches(run, rows[:1000])
    print("decisions of 1000 rows have the same bits in batches of", BATCH_SIZES)

    GRID.parent.mkdir(parents=True, exist_ok=True)
    with GRID.open("w", encoding="ascii", newline="\n") as out:
        out.write(",".join([*COLUMNS, "species"]) + "\n")
        for row, species in zip(rows.tolist(), iris.target_names[predicted]):
            out.write(",".join([*map(repr, row), species]) + "\n")
    for path in (MODEL, GRID):
        print("wrote", path.relative_to(ROOT).as_posix(), path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
