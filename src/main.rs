//! The `nearcopy` program: sets the allocator and runs the command line. Never: contains logic.

use nearcopy::cli::{CountingAllocator, main as run};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::NEW;

fn main() -> std::process::ExitCode {
    run()
}
