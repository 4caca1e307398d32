//! The `nearcopy` program: sets the allocator and runs [`cli`]. Never: contains logic.

mod cli;

#[global_allocator]
static ALLOCATOR: cli::CountingAllocator = cli::CountingAllocator::new();

fn main() -> std::process::ExitCode {
    cli::main()
}
