//! The `nearcopy` program: sets the allocator and runs [`cli`]. Never: contains logic.

mod cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
