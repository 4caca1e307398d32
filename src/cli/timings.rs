//! Owns: how long each stage of a run took, and what it used (`--timings`). Never: changes a
//! finding, or measures where nobody asked.

use super::counting_allocator::{allocations, count_allocations};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The time and work of the stages of a run, in the order of their first beginning. A stage that
/// begins several times is one row.
pub struct Timings {
    measured: Mutex<Measured>,
    /// The bytes cut into tokens so far.
    tokenized: AtomicU64,
    /// The bytes in scratch files so far.
    scratch: AtomicU64,
}

#[derive(Default)]
struct Measured {
    stages: Vec<StageTiming>,
    open: Option<(usize, Usage)>,
    /// The bytes of all texts.
    bytes: u64,
    /// The bytes of memory that the run plans with.
    memory: Option<u64>,
}

/// What one stage took.
#[derive(Debug, Clone, Copy, serde::Serialize)]
struct StageTiming {
    #[serde(rename = "stage")]
    name: &'static str,
    seconds: f64,
    #[serde(rename = "processor_seconds")]
    processor: f64,
    allocations: u64,
    #[serde(rename = "tokenized_bytes")]
    tokenized: u64,
    /// The peak of the memory of the process up to the end of the stage, in bytes.
    #[serde(rename = "peak_bytes")]
    peak: Option<u64>,
}

impl StageTiming {
    const fn new(name: &'static str) -> StageTiming {
        let (seconds, processor) = (0.0, 0.0);
        StageTiming { name, seconds, processor, allocations: 0, tokenized: 0, peak: None }
    }
}

/// The timings as the field `timings` of a report.
#[derive(Debug, serde::Serialize)]
pub struct TimingsJson {
    /// The bytes of all texts.
    bytes: u64,
    /// The bytes of memory that the run plans with, and those of its scratch files.
    memory_bytes: Option<u64>,
    scratch_bytes: u64,
    stages: Vec<StageTiming>,
}

/// What the process has used up to a moment.
#[derive(Clone, Copy)]
struct Usage {
    at: Instant,
    processor: f64,
    allocations: u64,
    tokenized: u64,
}

impl Timings {
    /// Begins to measure.
    pub fn start() -> Timings {
        count_allocations();
        Timings {
            measured: Mutex::new(Measured::default()),
            tokenized: AtomicU64::new(0),
            scratch: AtomicU64::new(0),
        }
    }

    fn usage(&self) -> Usage {
        Usage {
            at: Instant::now(),
            processor: processor_seconds(),
            allocations: allocations(),
            tokenized: self.tokenized.load(Ordering::Relaxed),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stage begins, and with it the one before ends.
    pub fn begin(&self, name: &'static str) {
        let mut measured = self.lock();
        measured.close(self.usage());
        let at = measured.stages.iter().position(|stage| stage.name == name);
        let at = at.unwrap_or_else(|| {
            measured.stages.push(StageTiming::new(name));
            measured.stages.len() - 1
        });
        measured.open = Some((at, self.usage()));
    }

    /// The stage that is under way ends.
    pub fn end(&self) {
        self.lock().close(self.usage());
    }

    /// The texts of the run have so many bytes.
    pub fn texts(&self, bytes: u64) {
        self.lock().bytes = bytes;
    }

    /// The run plans with so many bytes of memory.
    pub fn memory(&self, bytes: Option<u64>) {
        self.lock().memory = bytes;
    }

    /// So many more bytes of text were cut into tokens.
    pub fn tokenized(&self, bytes: u64) {
        self.tokenized.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many more bytes went to scratch files.
    pub fn spilled(&self, bytes: u64) {
        self.scratch.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The same for a program.
    pub fn json(&self) -> TimingsJson {
        self.end();
        let measured = self.lock();
        TimingsJson {
            bytes: measured.bytes,
            memory_bytes: measured.memory,
            scratch_bytes: self.scratch.load(Ordering::Relaxed),
            stages: measured.stages.clone(),
        }
    }

    /// The table for a person.
    pub fn table(&self) -> String {
        let measured = self.lock();
        let texts = measured.bytes as f64;
        let mut sum = StageTiming::new("all");
        let mut out = format!(
            "{:12} {:>8} {:>11} {:>8} {:>12} {:>13} {:>9}\n",
            "stage", "seconds", "processor s", "MB/s", "allocations", "tokenized", "peak MiB"
        );
        for stage in &measured.stages {
            sum.seconds += stage.seconds;
            sum.processor += stage.processor;
            sum.allocations += stage.allocations;
            sum.tokenized += stage.tokenized;
            sum.peak = sum.peak.max(stage.peak);
        }
        for stage in measured.stages.iter().chain([&sum]) {
            let speed = texts / 1e6 / stage.seconds.max(1e-9);
            let speed = if texts > 0.0 { format!("{speed:.0}") } else { "-".into() };
            let tokenized = stage.tokenized as f64 / texts.max(1.0);
            let peak = stage.peak.map_or("-".into(), |bytes| format!("{}", bytes >> 20));
            let _ = writeln!(
                out,
                "{:12} {:>8.3} {:>11.3} {:>8} {:>12} {:>12.2}x {:>9}",
                stage.name,
                stage.seconds,
                stage.processor,
                speed,
                stage.allocations,
                tokenized,
                peak
            );
        }
        let _ = writeln!(
            out,
            "MB/s: bytes of all texts ({:.1} MB) by the seconds of the stage; tokenized: bytes cut \
             into tokens, by those of all texts",
            texts / 1e6
        );
        if let Some(memory) = measured.memory {
            let scratch = self.scratch.load(Ordering::Relaxed) as f64 / 1e6;
            let _ = writeln!(
                out,
                "memory to plan with: {} MiB (--memory); in scratch files: {scratch:.1} MB",
                memory >> 20
            );
        }
        out
    }
}

impl Measured {
    fn close(&mut self, now: Usage) {
        let Some((at, from)) = self.open.take() else { return };
        let stage = &mut self.stages[at];
        stage.seconds += now.at.duration_since(from.at).as_secs_f64();
        stage.processor += now.processor - from.processor;
        stage.allocations += now.allocations - from.allocations;
        stage.tokenized += now.tokenized - from.tokenized;
        stage.peak = peak_memory();
    }
}

/// The processor time of the process so far, of all its threads; 0 where the system has no such
/// clock.
#[cfg(target_os = "linux")]
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[cfg(not(target_os = "linux"))]
fn processor_seconds() -> f64 {
    0.0
}

/// The peak of the resident memory of the process, in bytes, where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}
