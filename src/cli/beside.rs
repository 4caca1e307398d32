//! Owns: files and directories beside the place of an output, with a temporary name or none, and
//! their removal when the process ends. Never: renames one.

use super::paths::directory;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempPath;

/// The beginning of the name of everything that is written beside its place.
pub const PREFIX: &str = ".nearcopy-";
pub const SUFFIX: &str = ".tmp";

/// Temporary files and directories that exist now, so that a signal can delete them.
static BESIDE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Held while outputs are renamed: a signal waits for the end of that.
static RENAMING: Mutex<()> = Mutex::new(());

/// Waits until no output is being renamed, and keeps all further ones from it.
pub fn hold_renaming() -> MutexGuard<'static, ()> {
    RENAMING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Deletes incomplete outputs. Called right before the process ends; other threads may still write
/// to a directory, so it is deleted until it is gone.
pub fn sweep() {
    for path in BESIDE.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        for _ in 0..20 {
            let file = fs::remove_file(&path);
            let directory = fs::remove_dir_all(&path);
            if file.is_ok() || directory.is_ok() || fs::symlink_metadata(&path).is_err() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// A builder of temporary files and directories beside their final place.
pub fn temporary(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The permissions of an ordinary new file: the umask removes what the user does not want.
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    builder
}

/// Opens a file in a directory that has no name, and so leaves nothing behind whatever ends the
/// process; `None` where the system or the file system has no such files.
#[cfg(target_os = "linux")]
pub fn unnamed(directory: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Its name is given through /proc.
    if !Path::new("/proc/self/fd").exists() {
        return None;
    }
    let flags = rustix::fs::OFlags::TMPFILE.bits() as i32;
    fs::OpenOptions::new()
        .read(true)
        .write(true)
        .mode(0o666)
        .custom_flags(flags)
        .open(directory)
        .ok()
}

#[cfg(not(target_os = "linux"))]
pub fn unnamed(_: &Path) -> Option<File> {
    None
}

/// Gives a file without a name one in this directory.
#[cfg(target_os = "linux")]
pub fn name(file: &File, directory: &Path) -> io::Result<TempPath> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let made = temporary(0o666).make_in(directory, |path| {
        note(path);
        let linked = linkat(CWD, &link, CWD, path, AtFlags::SYMLINK_FOLLOW);
        linked.map_err(|e| {
            forget(path);
            e.into()
        })
    });
    made.map(|named| named.into_parts().1)
}

#[cfg(not(target_os = "linux"))]
pub fn name(_: &File, _: &Path) -> io::Result<TempPath> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Lets two directories change places, where the system can in one step, so that at any moment one
/// of them is there.
pub fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            // Some file systems cannot.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::XDEV) => {}
            Err(e) => return Err(e.into()),
        }
    }
    in_three_steps(one, other)
}

/// Lets two directories change places by way of a third name.
fn in_three_steps(one: &Path, other: &Path) -> io::Result<()> {
    // The name is not noted: whatever happens, what was there before is not deleted under it.
    let aside = temporary(0o777).make_in(directory(other), |path| fs::rename(other, path))?;
    let aside = aside.into_temp_path().keep()?;
    fs::rename(one, other).inspect_err(|_| drop(fs::rename(&aside, other)))?;
    fs::rename(&aside, one)
}

/// Checks that a file can be made beside this path.
pub fn check_place(path: &Path) -> io::Result<()> {
    // A name that is too long shows only when it is used.
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::InvalidFilename => return Err(e),
        _ => {}
    }
    match unnamed(directory(path)) {
        Some(_) => Ok(()),
        None => temporary(0o666).tempfile_in(directory(path)).map(drop),
    }
}

/// Notes a temporary file or directory, which a signal deletes.
pub fn note(path: &Path) {
    BESIDE.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
}

/// Whether this process made something, and has not renamed it yet.
pub fn is_noted(path: &Path) -> bool {
    BESIDE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .any(|p| p.file_name() == path.file_name())
}

/// Forgets one that was renamed or deleted.
pub fn forget(path: &Path) {
    BESIDE.lock().unwrap_or_else(PoisonError::into_inner).retain(|p| p != path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_change_places_in_one_step_or_in_three() {
        for change in [exchange, in_three_steps] {
            let dir = tempfile::tempdir().unwrap();
            let [one, other] = ["one", "other"].map(|name| dir.path().join(name));
            for place in [&one, &other] {
                fs::create_dir(place).unwrap();
                fs::write(place.join("file"), place.to_str().unwrap()).unwrap();
            }
            change(&one, &other).unwrap();
            let read = |place: &Path| fs::read_to_string(place.join("file")).unwrap();
            assert!(read(&one).ends_with("other") && read(&other).ends_with("one"));
            assert!(change(&dir.path().join("none"), &other).is_err());
            assert!(read(&other).ends_with("one"));
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
        }
    }
}
