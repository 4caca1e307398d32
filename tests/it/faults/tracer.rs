//! Owns: running a program as its tracer, counting its system calls on files below one directory,
//! and letting one of them fail. Never: knows the program or judges what came of it.
//!
//! A tracer sees every system call, whichever library makes it and whether through libc or not, so
//! the program under test is the one that is shipped. A call fails as it would at its entry: the
//! kernel never carries it out, and the program gets the error number.

use std::collections::HashMap;
use std::ffi::c_long;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a system call does to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Open,
    Read,
    List,
    Write,
    Space,
    Sync,
    Rename,
    Make,
    Remove,
    Map,
    Lock,
    Status,
    Mode,
}

pub const KINDS: [Kind; 13] = [
    Kind::Open,
    Kind::Read,
    Kind::List,
    Kind::Write,
    Kind::Space,
    Kind::Sync,
    Kind::Rename,
    Kind::Make,
    Kind::Remove,
    Kind::Map,
    Kind::Lock,
    Kind::Status,
    Kind::Mode,
];

/// An error number, by its value on Linux.
pub type Errno = i32;
pub const EPERM: Errno = 1;
pub const EIO: Errno = 5;
pub const ENOMEM: Errno = 12;
pub const EACCES: Errno = 13;
pub const EMFILE: Errno = 24;
pub const ENOSPC: Errno = 28;
pub const ENOLCK: Errno = 37;

/// The call that fails: the nth of its kind, and all later ones too where it is `lasting`.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    pub kind: Kind,
    pub nth: usize,
    pub errno: Errno,
    pub lasting: bool,
}

/// What came of a traced run.
#[derive(Debug, Default)]
pub struct Traced {
    /// The exit code, unless a signal ended the program.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// Whether it had to be killed because it did not end.
    pub hung: bool,
    /// The counted calls, in order: the kind, the name of the call, and the file.
    pub calls: Vec<(Kind, &'static str, PathBuf)>,
    /// The first call that failed.
    pub hit: Option<(&'static str, PathBuf)>,
}

impl Traced {
    pub fn count(&self, kind: Kind) -> usize {
        self.calls.iter().filter(|c| c.0 == kind).count()
    }
}

/// Where a call says which file it means: an argument that is a descriptor, or a path, which may be
/// relative to a descriptor.
#[derive(Clone, Copy)]
enum Names {
    Descriptor(usize),
    Path(usize),
    At(usize, usize),
    TwoPaths,
    TwoAt,
}

/// The calls that are counted, by their numbers on x86-64.
fn known(number: u64, args: &[u64; 6]) -> Option<(Kind, &'static str, Names)> {
    use Names::{At, Descriptor, Path, TwoAt, TwoPaths};
    const ANONYMOUS: u64 = 0x20;
    Some(match number {
        2 => (Kind::Open, "open", Path(0)),
        85 => (Kind::Open, "creat", Path(0)),
        257 => (Kind::Open, "openat", At(0, 1)),
        437 => (Kind::Open, "openat2", At(0, 1)),
        0 => (Kind::Read, "read", Descriptor(0)),
        17 => (Kind::Read, "pread64", Descriptor(0)),
        19 => (Kind::Read, "readv", Descriptor(0)),
        295 => (Kind::Read, "preadv", Descriptor(0)),
        327 => (Kind::Read, "preadv2", Descriptor(0)),
        217 => (Kind::List, "getdents64", Descriptor(0)),
        1 => (Kind::Write, "write", Descriptor(0)),
        18 => (Kind::Write, "pwrite64", Descriptor(0)),
        20 => (Kind::Write, "writev", Descriptor(0)),
        296 => (Kind::Write, "pwritev", Descriptor(0)),
        328 => (Kind::Write, "pwritev2", Descriptor(0)),
        40 => (Kind::Write, "sendfile", Descriptor(0)),
        275 => (Kind::Write, "splice", Descriptor(2)),
        326 => (Kind::Write, "copy_file_range", Descriptor(2)),
        76 => (Kind::Space, "truncate", Path(0)),
        77 => (Kind::Space, "ftruncate", Descriptor(0)),
        285 => (Kind::Space, "fallocate", Descriptor(0)),
        74 => (Kind::Sync, "fsync", Descriptor(0)),
        75 => (Kind::Sync, "fdatasync", Descriptor(0)),
        277 => (Kind::Sync, "sync_file_range", Descriptor(0)),
        82 => (Kind::Rename, "rename", TwoPaths),
        264 => (Kind::Rename, "renameat", TwoAt),
        316 => (Kind::Rename, "renameat2", TwoAt),
        86 => (Kind::Rename, "link", TwoPaths),
        265 => (Kind::Rename, "linkat", TwoAt),
        83 => (Kind::Make, "mkdir", Path(0)),
        258 => (Kind::Make, "mkdirat", At(0, 1)),
        88 => (Kind::Make, "symlink", Path(1)),
        266 => (Kind::Make, "symlinkat", At(1, 2)),
        84 => (Kind::Remove, "rmdir", Path(0)),
        87 => (Kind::Remove, "unlink", Path(0)),
        263 => (Kind::Remove, "unlinkat", At(0, 1)),
        9 if args[3] & ANONYMOUS == 0 => (Kind::Map, "mmap", Descriptor(4)),
        73 => (Kind::Lock, "flock", Descriptor(0)),
        // F_SETLK, F_SETLKW and their forms for open file descriptions.
        72 if matches!(args[1], 6 | 7 | 37 | 38) => (Kind::Lock, "fcntl lock", Descriptor(0)),
        4 => (Kind::Status, "stat", Path(0)),
        6 => (Kind::Status, "lstat", Path(0)),
        5 => (Kind::Status, "fstat", Descriptor(0)),
        21 => (Kind::Status, "access", Path(0)),
        89 => (Kind::Status, "readlink", Path(0)),
        262 => (Kind::Status, "newfstatat", At(0, 1)),
        267 => (Kind::Status, "readlinkat", At(0, 1)),
        269 => (Kind::Status, "faccessat", At(0, 1)),
        332 => (Kind::Status, "statx", At(0, 1)),
        439 => (Kind::Status, "faccessat2", At(0, 1)),
        90 => (Kind::Mode, "chmod", Path(0)),
        91 => (Kind::Mode, "fchmod", Descriptor(0)),
        268 => (Kind::Mode, "fchmodat", At(0, 1)),
        280 => (Kind::Mode, "utimensat", At(0, 1)),
        _ => return None,
    })
}

/// Looks up the files that a stopped thread names.
struct Files<'t> {
    thread: i32,
    args: &'t [u64; 6],
}

impl Files<'_> {
    fn named(&self, names: Names) -> Vec<PathBuf> {
        let all = match names {
            Names::Descriptor(fd) => vec![self.descriptor(self.args[fd])],
            Names::Path(path) => vec![self.at(None, path)],
            Names::At(fd, path) => vec![self.at(Some(fd), path)],
            Names::TwoPaths => vec![self.at(None, 0), self.at(None, 1)],
            Names::TwoAt => vec![self.at(Some(0), 1), self.at(Some(2), 3)],
        };
        all.into_iter().flatten().collect()
    }
    fn descriptor(&self, fd: u64) -> Option<PathBuf> {
        let fd = fd as u32 as i32;
        std::fs::read_link(format!("/proc/{}/fd/{fd}", self.thread)).ok()
    }
    fn at(&self, fd: Option<usize>, path: usize) -> Option<PathBuf> {
        const CWD: i32 = -100;
        let path = self.text(self.args[path])?;
        if path.starts_with('/') {
            return Some(path.into());
        }
        let base = match fd.map(|fd| self.args[fd]) {
            Some(fd) if fd as u32 as i32 != CWD => self.descriptor(fd)?,
            _ => std::fs::read_link(format!("/proc/{}/cwd", self.thread)).ok()?,
        };
        Some(if path.is_empty() || path == "." { base } else { base.join(path) })
    }
    fn text(&self, address: u64) -> Option<String> {
        let memory = File::open(format!("/proc/{}/mem", self.thread)).ok()?;
        let mut bytes = Vec::new();
        // A path may end right before a page that is not mapped.
        while bytes.len() < 4096 && !bytes.contains(&0) {
            let at = address + bytes.len() as u64;
            let mut page = vec![0; (4096 - at % 4096) as usize];
            let read = memory.read_at(&mut page, at).ok().filter(|&n| n > 0)?;
            bytes.extend_from_slice(&page[..read]);
        }
        let end = bytes.iter().position(|b| *b == 0)?;
        String::from_utf8(bytes[..end].to_vec()).ok()
    }
}

unsafe extern "C" {
    fn ptrace(request: c_long, thread: i32, address: usize, data: usize) -> c_long;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn kill(process: i32, signal: i32) -> i32;
}

const TRACEME: c_long = 0;
const POKEUSER: c_long = 6;
const SYSCALL: c_long = 24;
const SETOPTIONS: c_long = 0x4200;
const GET_SYSCALL_INFO: c_long = 0x420e;
/// Stops at system calls are marked; threads and children are traced; all end with the tracer.
const OPTIONS: usize = 1 | 2 | 4 | 8 | 16 | 0x10_0000;
/// All threads that this thread traces, and nobody else's.
const WAIT: i32 = 0x4000_0000 | 0x2000_0000;
const SIGTRAP: i32 = 5;
const SIGKILL: i32 = 9;
const SIGSTOP: i32 = 19;
const ENTRY: u8 = 1;
/// Places in the `user` area: the number of the system call, and its result.
const ORIG_RAX: usize = 15 * 8;
const RAX: usize = 10 * 8;

#[repr(C)]
struct SyscallInfo {
    op: u8,
    _pad: [u8; 3],
    _arch: u32,
    _at: [u64; 2],
    number: u64,
    args: [u64; 6],
    _rest: [u64; 4],
}

fn request(what: c_long, thread: i32, address: usize, data: usize) -> bool {
    // SAFETY: the requests write nothing into this process but into `data` of GET_SYSCALL_INFO,
    // which is as large as `address` says.
    unsafe { ptrace(what, thread, address, data) >= 0 }
}

/// Runs a program to its end. Calls on files below `below` are counted, and the fault hits one.
///
/// # Errors
/// The program cannot be started, or this process may not trace.
pub fn run(
    command: &mut Command,
    below: &Path,
    fault: Option<Fault>,
    limit: Duration,
) -> io::Result<Traced> {
    // SAFETY: the call between fork and exec is a system call and nothing else.
    unsafe {
        command.pre_exec(|| match ptrace(TRACEME, 0, 0, 0) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        });
    }
    let program = command.spawn()?.id() as i32;
    let (ended, hung) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let watch = {
        let (ended, hung) = (ended.clone(), hung.clone());
        std::thread::spawn(move || {
            std::thread::park_timeout(limit);
            if !ended.load(Ordering::Acquire) {
                hung.store(true, Ordering::Release);
                // SAFETY: the process was not waited for yet, so its number is still its own.
                unsafe { kill(program, SIGKILL) };
            }
        })
    };
    let mut tracer =
        Tracer { program, below, fault, failing: HashMap::new(), hits: 0, all: Traced::default() };
    tracer.follow(&ended);
    watch.thread().unpark();
    watch.join().expect("the watch does not panic");
    tracer.all.hung = hung.load(Ordering::Acquire);
    Ok(tracer.all)
}

struct Tracer<'t> {
    program: i32,
    below: &'t Path,
    fault: Option<Fault>,
    /// The threads whose current call fails, and with what.
    failing: HashMap<i32, Errno>,
    hits: usize,
    all: Traced,
}

impl Tracer<'_> {
    fn follow(&mut self, ended: &AtomicBool) {
        let mut known = HashMap::new();
        loop {
            let mut status = 0;
            // SAFETY: `status` is a valid place for an int.
            let thread = unsafe { waitpid(-1, &raw mut status, WAIT) };
            if thread < 0 {
                return;
            }
            if status & 0xff != 0x7f {
                if thread == self.program {
                    ended.store(true, Ordering::Release);
                    let signal = status & 0x7f;
                    (self.all.signal, self.all.code) = if signal == 0 {
                        (None, Some(status >> 8 & 0xff))
                    } else {
                        (Some(signal), None)
                    };
                    return;
                }
                continue;
            }
            let (signal, event) = (status >> 8 & 0xff, status >> 16);
            let first = known.insert(thread, ()).is_none();
            let mut pass = 0;
            if signal == SIGTRAP | 0x80 {
                self.call(thread);
            } else if first && thread == self.program {
                request(SETOPTIONS, thread, 0, OPTIONS);
            } else if event == 0 && !(first && signal == SIGSTOP) {
                pass = signal;
            }
            request(SYSCALL, thread, 0, pass as usize);
        }
    }

    /// A thread stands at the entry or the exit of a system call.
    fn call(&mut self, thread: i32) {
        // SAFETY: all fields are numbers.
        let mut info: SyscallInfo = unsafe { std::mem::zeroed() };
        let size = size_of::<SyscallInfo>();
        if !request(GET_SYSCALL_INFO, thread, size, (&raw mut info) as usize) {
            return;
        }
        if info.op != ENTRY {
            if let Some(errno) = self.failing.remove(&thread) {
                request(POKEUSER, thread, RAX, -(errno as isize) as usize);
            }
            return;
        }
        let Some((kind, name, names)) = known(info.number, &info.args) else { return };
        let files = Files { thread, args: &info.args }.named(names);
        let Some(file) = files.into_iter().rfind(|f| f.starts_with(self.below)) else { return };
        self.all.calls.push((kind, name, file.clone()));
        let count = self.all.count(kind);
        let Some(fault) = self.fault.filter(|f| f.kind == kind) else { return };
        if count == fault.nth || (fault.lasting && count > fault.nth) {
            self.failing.insert(thread, fault.errno);
            request(POKEUSER, thread, ORIG_RAX, usize::MAX);
            self.hits += 1;
            self.all.hit.get_or_insert((name, file));
        }
    }
}
