//! Owns: what `nearcopy --version -v` prints: features, formats and build. Never: parses arguments.

use nearcopy::Recipe;
use nearcopy::ingest::{Compression, Format};
use std::ffi::OsString;

/// Whether the arguments ask for the version and for more about it.
pub fn is_asked(mut arguments: impl Iterator<Item = OsString>) -> bool {
    let (mut version, mut more) = (false, false);
    let known = arguments.by_ref().all(|argument| match argument.to_str() {
        Some("--version" | "-V") => std::mem::replace(&mut version, true) || version,
        Some("--verbose" | "-v") => std::mem::replace(&mut more, true) || more,
        Some("-Vv" | "-vV") => {
            (version, more) = (true, true);
            true
        }
        _ => false,
    });
    known && version && more
}

/// The version, the features and the build.
pub fn text() -> String {
    let formats: Vec<&str> = Format::all().map(Format::name).collect();
    let compressions: Vec<&str> = Compression::all().map(Compression::name).collect();
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    format!(
        "nearcopy {}\n\
         features: cli, csv, emit, html, index, ingest, parquet, reports, spill, stages, web\n\
         formats: {}\n\
         compression: {}\n\
         report: nearcopy.report/1\n\
         recipe: {} (the default)\n\
         build: {build}, {} {}, {} bits\n",
        env!("CARGO_PKG_VERSION"),
        formats.join(", "),
        compressions.join(", "),
        Recipe::default().id(),
        std::env::consts::ARCH,
        std::env::consts::OS,
        usize::BITS,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_more_are_asked_together() {
        let asked = |list: &[&str]| is_asked(list.iter().map(OsString::from));
        assert!(asked(&["--version", "-v"]) && asked(&["-V", "--verbose"]) && asked(&["-vV"]));
        assert!(!asked(&["--version"]) && !asked(&["-v"]) && !asked(&[]));
        assert!(!asked(&["scan", "--version", "-v"]));
        assert!(text().contains("features: cli") && text().contains("zstd"));
    }
}
