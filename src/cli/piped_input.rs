//! Owns: whether standard input is what a command reads where no path is named. Never: reads it.

use std::ffi::OsString;

/// The paths that were named; where there are none and standard input is a pipe or a file, `-`.
pub fn or_piped(paths: Vec<OsString>) -> Vec<OsString> {
    if paths.is_empty() && is_piped() { vec!["-".into()] } else { paths }
}

/// Whether standard input is a pipe, a socket or a file: neither a terminal, nor closed, nor a
/// device such as /dev/null.
#[cfg(unix)]
fn is_piped() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let input = std::io::stdin();
    let Ok(input) = input.as_fd().try_clone_to_owned() else { return false };
    let meta = std::fs::File::from(input).metadata();
    meta.is_ok_and(|meta| {
        let kind = meta.file_type();
        kind.is_fifo() || kind.is_socket() || kind.is_file()
    })
}

#[cfg(not(unix))]
fn is_piped() -> bool {
    false
}
