"""Trains the benchmark's models and writes them as ONNX.

From the repository root, with Python 3.11:

    pip install -r bench/models/requirements.txt
    python bench/models/train.py

It trains scikit-learn's LogisticRegression and RandomForestClassifier (100
trees) on every row of the iris data set but the last, and writes

- bench/models/logistic_regression.onnx
- bench/models/random_forest.onnx

both with input `features`, double [N,4], and output `label`, int64 [N], as
models/iris/iris_model.onnx has them, so that programs need no difference.

It fails if onnxruntime disagrees with scikit-learn on the iris rows and 10,000
random points, or if an answer depends on the batch.
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

FOLDER = Path(__file__).resolve().parent
BATCH_SIZES = [1, 2, 3, 7, 16, 100, 297]
TREES = 100


def to_onnx(name, nodes, constants):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("features", TensorProto.DOUBLE, ["N", 4])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, ["N"])],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)],
        ir_version=8,
        producer_name="beam-predict",
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def regression_to_onnx(regression):
    # The softmax of the scores is left out: it does not change which is the largest.
    nodes = [
        helper.make_node("Gemm", ["features", "weights", "bias"], ["scores"]),
        helper.make_node("ArgMax", ["scores"], ["label"], axis=1, keepdims=0),
    ]
    constants = {"weights": regression.coef_.T.copy(), "bias": regression.intercept_}
    return to_onnx("logistic_regression", nodes, constants)


def forest_to_onnx(forest):
    fields = ["treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids"]
    columns = {f"nodes_{field}": [] for field in fields}
    leaves = {f"class_{field}": [] for field in ["treeids", "nodeids", "ids", "weights"]}
    for number, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        for node in range(tree.node_count):
            is_leaf = tree.children_left[node] == -1
            row = {
                "treeids": number,
                "nodeids": node,
                "featureids": 0 if is_leaf else int(tree.feature[node]),
                "values": 0.0 if is_leaf else single_below(tree.threshold[node]),
                "modes": "LEAF" if is_leaf else "BRANCH_LEQ",
                "truenodeids": 0 if is_leaf else int(tree.children_left[node]),
                "falsenodeids": 0 if is_leaf else int(tree.children_right[node]),
            }
            for field, value in row.items():
                columns[f"nodes_{field}"].append(value)
            if not is_leaf:
                continue
            # A fully grown tree has one vote. Sums of whole votes are exact in whatever order they are added, so that neither
            # the batch nor the version of onnxruntime changes an answer.
            (voted,) = np.flatnonzero(tree.value[node, 0])
            for field, value in zip(leaves, [number, node, int(voted), 1.0]):
                leaves[field].append(value)
    nodes = [
        # scikit-learn takes its features in single precision too.
        helper.make_node("Cast", ["features"], ["single"], to=TensorProto.FLOAT),
        helper.make_node(
            "TreeEnsembleClassifier",
            ["single"],
            ["label", "votes"],
            domain="ai.onnx.ml",
            classlabels_int64s=[0, 1, 2],
            post_transform="NONE",
            **columns,
            **leaves,
        ),
    ]
    return to_onnx("random_forest", nodes, {})


def single_below(value):
    """The largest single not above a double: singles compare to both in the same way."""
    single = np.float32(value)
    return float(single if single <= value else np.nextafter(single, np.float32(-np.inf)))


def check(model, expected, rows):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    run = lambda batch: session.run(["label"], {"features": batch})[0]
    assert (run(rows) == expected).all(), "onnxruntime disagrees with scikit-learn"
    for size in BATCH_SIZES:
        for start in range(0, 1000, size):
            batch = slice(start, start + size)
            assert (run(rows[batch]) == expected[batch]).all(), (size, start)


def main():
    iris = load_iris()
    low, high = iris.data.min(axis=0), iris.data.max(axis=0)
    points = np.random.default_rng(0).uniform(low - 0.3, high + 0.3, (10_000, 4))
    rows = np.vstack([iris.data, np.round(points, 3) + 0.0])
    forest = RandomForestClassifier(n_estimators=TREES, random_state=0)
    for name, estimator, convert in [
        ("logistic_regression", LogisticRegression(max_iter=1000), regression_to_onnx),
        ("random_forest", forest, forest_to_onnx),
    ]:
        estimator.fit(iris.data[:-1], iris.target[:-1])
        model = convert(estimator)
        expected = estimator.predict(rows)
        check(model, expected, rows)
        (FOLDER / f"{name}.onnx").write_bytes(model)
        print(name, len(model), "bytes; agrees on", len(rows), "rows; of each species:", np.bincount(expected))
    print("nodes:", sum(estimator.tree_.node_count for estimator in forest.estimators_))


if __name__ == "__main__":
    main()
