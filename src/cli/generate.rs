//! Owns: `nearcopy generate`: completions and man pages for packagers. Never: contains a page
//! written by hand.

use super::exit::{Exit, Failure, Result};
use super::messages::escaped_path;
use super::output::to_stdout;
use std::path::PathBuf;

/// Writes shell completions and man pages
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub struct Generate {
    #[command(subcommand)]
    what: Generated,
}

#[derive(Debug, clap::Subcommand)]
enum Generated {
    /// Shell completions, to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Man pages: all into a directory, or the first one to standard output
    Man {
        /// Where the pages go; made if it is not there
        dir: Option<PathBuf>,
    },
}

impl Generate {
    pub fn run(self, mut command: clap::Command) -> Result<Exit> {
        match self.what {
            Generated::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut command, "nearcopy", &mut script);
                to_stdout(|out| out.write_all(&script))?;
            }
            Generated::Man { dir: None } => {
                to_stdout(|out| clap_mangen::Man::new(command).render(out))?
            }
            Generated::Man { dir: Some(dir) } => {
                let shown = escaped_path(&dir);
                std::fs::create_dir_all(&dir)
                    .and_then(|()| clap_mangen::generate_to(command, &dir))
                    .map_err(|e| Failure::Said(format!("{shown} cannot be written: {e}")))?;
            }
        }
        Ok(Exit::Done)
    }
}
