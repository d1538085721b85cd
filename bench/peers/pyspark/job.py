"""The prediction job as it is written in PySpark: read, predict with mapInPandas, keep distinct records, write.

    python job.py INPUT OUTPUT MODEL [MASTER]

INPUT is JSON lines, OUTPUT a folder of JSON lines, MODEL the .onnx file of the iris model.
"""

import os
import sys

import numpy as np
import onnxruntime
from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
# Spark puts the text of a record here that does not fit the schema.
CORRUPT = "_corrupt_record"
SPECIES = np.array(["setosa", "versicolor", "virginica"], dtype=object)

# Spark starts Python by its name otherwise, which may be another one.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

input_path, output_path, model_path = sys.argv[1:4]
master = sys.argv[4] if len(sys.argv) > 4 else "local[2]"

columns = [StructField(name, DoubleType()) for name in FEATURES] + [StructField(CORRUPT, StringType())]
input_schema = StructType(columns)
output_schema = StructType(columns + [StructField("species", StringType())])


def predict(batches):
    options = onnxruntime.SessionOptions()
    # Each processor has a Python process of its own.
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model_path, options, providers=["CPUExecutionProvider"])
    for batch in batches:
        features = batch[FEATURES].to_numpy(dtype=np.float64)
        valid = batch[CORRUPT].isna().to_numpy() & ~np.isnan(features).any(axis=1)
        species = np.full(len(batch), None, dtype=object)
        if valid.any():
            (labels,) = session.run(["label"], {"features": features[valid]})
            species[valid] = SPECIES[labels]
        batch["species"] = species
        yield batch


spark = (
    SparkSession.builder.master(master)
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "4g")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
(
    spark.read.schema(input_schema)
    .json(input_path)
    .mapInPandas(predict, output_schema)
    .dropDuplicates(FEATURES + [CORRUPT])
    .write.mode("overwrite")
    .json(output_path)
)
spark.stop()
