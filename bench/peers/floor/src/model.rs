// The model in onnxruntime: each thread has one, which computes in that thread alone.
use ort::environment::Environment;
use ort::session::Session;
use ort::value::{TensorElementType, TensorRef};

use crate::distinct::Features;

pub struct Model {
    session: Session,
    /// The model takes floats, not doubles.
    single: bool,
    doubles: Vec<f64>,
    floats: Vec<f32>,
    labels: Vec<i64>,
}

impl Model {
    pub fn load(environment: &Environment, file: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let session = Session::builder(environment)?.with_intra_threads(1)?.commit_from_file(file)?;
        let single = session.inputs()[0].dtype().tensor_type() == Some(TensorElementType::Float32);
        Ok(Self { session, single, doubles: vec![], floats: vec![], labels: vec![] })
    }

    /// The label of each record.
    pub fn predict(&mut self, records: impl Iterator<Item = Features>) -> ort::Result<&[i64]> {
        self.doubles.clear();
        self.doubles.extend(records.flatten());
        let shape = [self.doubles.len() / 4, 4];
        let outputs = if self.single {
            self.floats.clear();
            self.floats.extend(self.doubles.iter().map(|&value| value as f32));
            self.session
                .run(ort::inputs!["features" => TensorRef::from_array_view((shape, &self.floats[..]))?])?
        } else {
            self.session
                .run(ort::inputs!["features" => TensorRef::from_array_view((shape, &self.doubles[..]))?])?
        };
        let (_, labels) = outputs["label"].try_extract_tensor::<i64>()?;
        self.labels.clear();
        self.labels.extend_from_slice(labels);
        Ok(&self.labels)
    }
}
