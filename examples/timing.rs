//! Prints how long each stage of a scan takes: `cargo run --release --example timing FILE`.
use nearcopy::ingest::{Input, InputOptions, read};
use nearcopy::progress::Stage;
use nearcopy::{Corpus, Progress, Recipe, RunOptions, Thresholds, scan};
use std::sync::Mutex;
use std::time::Instant;

struct Clock(Mutex<(Instant, &'static str)>);

impl Clock {
    fn next(&self, name: &'static str) {
        let mut at = self.0.lock().unwrap();
        println!("{:8.3} s  {}", at.0.elapsed().as_secs_f64(), at.1);
        *at = (Instant::now(), name);
    }
}

impl Progress for Clock {
    fn begin(&self, stage: Stage, total: u64) {
        self.next(stage.name());
        println!("            {} of {total}", stage.name());
    }
}

fn main() {
    let clock = Clock(Mutex::new((Instant::now(), "read")));
    let inputs: Vec<Input> = std::env::args().skip(1).map(|p| Input::Path(p.into())).collect();
    let corpus = Corpus::new(read(&inputs, &InputOptions::default(), &|_| true).documents).unwrap();
    let found =
        scan(&corpus, &Recipe::default(), &Thresholds::default(), &RunOptions::default(), &clock)
            .unwrap();
    clock.next("");
    println!("{:?}", found.0.summary);
}
