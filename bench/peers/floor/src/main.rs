// The prediction job in native code, as the floor of the benchmark's figures: one machine, one kind of records, no framework.
//   floor --input FILE --output FILE --model FILE.onnx --library LIBONNXRUNTIME [--classes NAME,NAME...]
//
// Reads iris records, one JSON object a line, and writes each distinct one with its prediction as `beam-predict` does, in any order.
// Unlike it, this keeps a record's text as it stands, so that the input should be compact, and of equal records the first one met.
mod distinct;
mod model;

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use distinct::{Distinct, Features, Scratch};
use memmap2::{Advice, Mmap, UncheckedAdvice};
use model::Model;
use serde::Deserialize;

/// Bytes that a thread takes at a time: enough for many records of each shard of the set, and few for a processor's cache.
const CHUNK: usize = 2 << 20;
/// Records that the model predicts at a time: what it computes of them stays in a processor's cache.
const BATCH: usize = 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    sepal_length: f64,
    sepal_width: f64,
    petal_length: f64,
    petal_width: f64,
}

struct Job<'a> {
    input: &'a Mmap,
    output: File,
    /// Where the next lines go in the output.
    end: AtomicU64,
    distinct: Distinct,
    /// Texts of records that the model does not take.
    bad: Mutex<HashSet<Vec<u8>>>,
    not_json: AtomicUsize,
    /// What follows a record in its line, by the model's label.
    endings: Vec<Vec<u8>>,
}

/// A thread's model, and memory that it keeps from chunk to chunk: to ask for it again, and give it back, takes the system long.
struct Worker<'a> {
    model: Model,
    texts: Vec<&'a [u8]>,
    records: Vec<Features>,
    scratch: Scratch,
    fresh: Vec<u32>,
    output: Vec<u8>,
}

impl Worker<'_> {
    fn new(model: Model) -> Self {
        let (texts, records, scratch) = (vec![], vec![], Scratch::default());
        Self { model, texts, records, scratch, fresh: vec![], output: vec![] }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options: HashMap<&str, &str> =
        arguments.chunks_exact(2).map(|pair| (&pair[0][..], &pair[1][..])).collect();
    let option = |name| options.get(name).copied().ok_or(format!("{name} is missing"));
    let classes = options.get("--classes").unwrap_or(&"setosa,versicolor,virginica");

    let input = unsafe { Mmap::map(&File::open(option("--input")?)?)? };
    input.advise(Advice::Sequential)?;
    let job = Job {
        input: &input,
        output: File::create(option("--output")?)?,
        end: AtomicU64::new(0),
        distinct: Distinct::new(),
        bad: Mutex::default(),
        not_json: AtomicUsize::new(0),
        endings: classes
            .split(',')
            .map(|class| format!("\t{{\"species\":\"{class}\"}}\n").into_bytes())
            .collect(),
    };
    let environment = ort::init_from(option("--library")?)?.build()?;
    let model = option("--model")?;

    // Chunks are taken in turn, so that the input is read from its begin to its end.
    let chunks = job.input.len().div_ceil(CHUNK);
    let next = AtomicUsize::new(0);
    rayon::broadcast(|_| {
        let model = Model::load(&environment, model).unwrap();
        let mut worker = Worker::new(model);
        loop {
            let chunk = next.fetch_add(1, Relaxed);
            if chunk >= chunks {
                break;
            }
            job.run(chunk, &mut worker);
        }
    });
    let not_json = job.not_json.into_inner();
    if not_json > 0 {
        eprintln!("{not_json} lines are no JSON.");
    }
    // The system takes the memory back at once, which is faster than piece by piece.
    std::process::exit(0);
}

impl<'a> Job<'a> {
    fn run(&self, chunk: usize, worker: &mut Worker<'a>) {
        let Worker { model, texts, records, scratch, fresh, output } = worker;
        texts.clear();
        records.clear();
        output.clear();
        let (start, end) = (self.line_from(chunk * CHUNK), self.line_from((chunk + 1) * CHUNK));
        let mut rest = &self.input[start..end];
        while !rest.is_empty() {
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..length];
            rest = &rest[(length + 1).min(rest.len())..];
            if let Ok(record) = sonic_rs::from_slice::<Record>(line) {
                texts.push(line);
                records.push([
                    record.sepal_length,
                    record.sepal_width,
                    record.petal_length,
                    record.petal_width,
                ]);
            } else if !line.trim_ascii().is_empty() {
                self.keep_bad(line, output);
            }
        }
        self.distinct.insert(records, fresh, scratch);

        for batch in fresh.chunks(BATCH) {
            let labels = model.predict(batch.iter().map(|&index| records[index as usize])).unwrap();
            for (&index, &label) in batch.iter().zip(labels) {
                output.extend_from_slice(texts[index as usize]);
                output.extend_from_slice(&self.endings[label as usize]);
            }
        }
        let at = self.end.fetch_add(output.len() as u64, Relaxed);
        self.output.write_all_at(output, at).unwrap();
        // These pages are not read again, and need not count as this process's memory.
        let page = start & !0xfff;
        unsafe { self.input.unchecked_advise_range(UncheckedAdvice::DontNeed, page, end - page).unwrap() };
    }

    /// Where the first line begins at or after an offset.
    fn line_from(&self, offset: usize) -> usize {
        if offset == 0 || offset >= self.input.len() {
            return offset.min(self.input.len());
        }
        memchr::memchr(b'\n', &self.input[offset - 1..]).map_or(self.input.len(), |length| offset + length)
    }

    /// A record that the model does not take has no prediction; a line that is no JSON is no record.
    fn keep_bad(&self, line: &[u8], output: &mut Vec<u8>) {
        if sonic_rs::from_slice::<sonic_rs::Value>(line).is_err() {
            self.not_json.fetch_add(1, Relaxed);
        } else if self.bad.lock().unwrap().insert(line.to_vec()) {
            output.extend_from_slice(line);
            output.extend_from_slice(b"\tnull\n");
        }
    }
}
