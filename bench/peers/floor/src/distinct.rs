// Which records have been seen: a set in shards, so that threads seldom wait for each other.
use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use memmap2::{Advice, MmapMut};

/// A record's four numbers, by which records are equal.
pub type Features = [f64; 4];
/// The same as bits, or as their complements.
type Entry = [u64; 4];

const SHARD_BITS: u32 = 6;
const SHARDS: usize = 1 << SHARD_BITS;
/// How many records before its turn a slot is asked for.
const AHEAD: usize = 8;

pub struct Distinct {
    shards: Vec<Mutex<Table>>,
}

impl Distinct {
    pub fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::new(Table::new())).collect() }
    }

    /// Adds records, and finds which of them are new.
    pub fn insert(&self, records: &[Features], fresh: &mut Vec<u32>, scratch: &mut Scratch) {
        // Sorted by shard, so that each is locked once.
        let Scratch { hashes, order, new } = scratch;
        hashes.clear();
        hashes.extend(records.iter().map(hash));
        let mut ends = [0; SHARDS + 1];
        for &hash in &*hashes {
            ends[shard_of(hash) + 1] += 1;
        }
        for shard in 0..SHARDS {
            ends[shard + 1] += ends[shard];
        }
        order.resize(records.len(), 0);
        for (index, &hash) in hashes.iter().enumerate() {
            let next = &mut ends[shard_of(hash)];
            order[*next] = index as u32;
            *next += 1;
        }
        new.resize(records.len(), false);
        let mut start = 0;
        for (shard, &end) in self.shards.iter().zip(&ends) {
            let mut table = shard.lock().unwrap();
            let order = &order[start..end];
            for (position, &index) in order.iter().enumerate() {
                // Most slots are in no cache: several are on their way at a time.
                if let Some(&later) = order.get(position + AHEAD) {
                    table.prefetch(hashes[later as usize]);
                }
                let index = index as usize;
                new[index] = table.insert(hashes[index], &records[index]);
            }
            start = end;
        }
        fresh.clear();
        fresh.extend((0..records.len() as u32).filter(|&index| new[index as usize]));
    }
}

/// Memory that a thread keeps for `insert`.
#[derive(Default)]
pub struct Scratch {
    hashes: Vec<u64>,
    order: Vec<u32>,
    new: Vec<bool>,
}

fn shard_of(hash: u64) -> usize {
    (hash >> (64 - SHARD_BITS)) as usize
}

/// Products of 128 bits folded into 64, as wyhash has them.
fn hash(features: &Features) -> u64 {
    let [a, b, c, d] = bits(features);
    let fold = |x: u64, y: u64| {
        let product = u128::from(x) * u128::from(y);
        (product >> 64) as u64 ^ product as u64
    };
    fold(
        fold(a ^ 0xa076_1d64_78bd_642f, b ^ 0xe703_7ed1_a0b4_28db) ^ 0x8ebc_6af0_9c88_c6e3,
        fold(c ^ 0x5899_65cc_7537_4cc3, d ^ 0x1d8e_4e27_c47d_124f),
    )
}

/// Equal numbers have equal bits: adding zero makes one of the two zeros, and JSON has no NaN.
fn bits(features: &Features) -> Entry {
    features.map(|value| (value + 0.0).to_bits())
}

/// A hash table with linear probing. It holds complements of bits, so that zeros, as new memory has them, stand for NaNs, which no
/// record has.
struct Table {
    slots: Slots,
    len: usize,
}

const EMPTY: Entry = [0; 4];

impl Table {
    fn new() -> Self {
        Self { slots: Slots::new(64), len: 0 }
    }

    fn insert(&mut self, hash: u64, features: &Features) -> bool {
        // At most three quarters full.
        if self.len * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let new = self.place(hash, bits(features).map(|word| !word));
        self.len += usize::from(new);
        new
    }

    fn prefetch(&self, hash: u64) {
        let _slot = &raw const self.slots[hash as usize & (self.slots.len() - 1)];
        #[cfg(target_arch = "x86_64")]
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(_slot.cast());
        }
    }

    fn place(&mut self, hash: u64, entry: Entry) -> bool {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = &mut self.slots[at];
            if *slot == entry {
                return false;
            }
            if *slot == EMPTY {
                *slot = entry;
                return true;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let bigger = Slots::new(self.slots.len() * 2);
        for &entry in std::mem::replace(&mut self.slots, bigger).iter() {
            if entry != EMPTY {
                let features = entry.map(|word| f64::from_bits(!word));
                self.place(hash(&features), entry);
            }
        }
    }
}

/// Memory of zeros in large pages, where the system has such: it hands out hundreds of times fewer, and finds them faster.
struct Slots(MmapMut);

impl Slots {
    fn new(count: usize) -> Self {
        let memory = MmapMut::map_anon(count * size_of::<Entry>()).unwrap();
        let _ = memory.advise(Advice::HugePage);
        Self(memory)
    }
}

impl Deref for Slots {
    type Target = [Entry];
    fn deref(&self) -> &[Entry] {
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len() / size_of::<Entry>()) }
    }
}

impl DerefMut for Slots {
    fn deref_mut(&mut self) -> &mut [Entry] {
        unsafe {
            std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() / size_of::<Entry>())
        }
    }
}
