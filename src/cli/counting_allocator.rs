//! Owns: the allocator of the program, which counts allocations for `--timings`. Never: changes
//! where memory comes from.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// mimalloc, with a count of the allocations from `count_allocations` on.
pub struct CountingAllocator(mimalloc::MiMalloc);

impl CountingAllocator {
    /// The allocator.
    pub const NEW: CountingAllocator = CountingAllocator(mimalloc::MiMalloc);
}

/// Whether allocations are counted: without `--timings` the count costs one load.
static COUNTED: AtomicBool = AtomicBool::new(false);

/// Counts of groups of threads, each on a cache line of its own, because threads that count in one
/// place would wait for each other.
static COUNTS: [Count; COUNTERS] = [const { Count(AtomicU64::new(0)) }; COUNTERS];
const COUNTERS: usize = 64;

#[repr(align(64))]
struct Count(AtomicU64);

thread_local! {
    /// The counter of this thread; `COUNTERS` before its first allocation.
    static COUNTER: Cell<usize> = const { Cell::new(COUNTERS) };
}

/// From now on allocations are counted.
pub fn count_allocations() {
    COUNTED.store(true, Ordering::Relaxed);
}

/// The place of the delay, in milliseconds, after which mimalloc gives freed memory back to the
/// system, among its options: `mi_option_purge_delay` of its versions 2 and 3.
const PURGE_DELAY: i32 = 15;

/// The limit from which on freed memory may wait, and for how many milliseconds.
const MAY_WAIT: (u64, i64) = (512 << 20, 20);

/// From now on freed memory goes back to the system at once, or soon where the limit of the run
/// leaves room for what waits: to give it back at once costs a tenth of the time. With the delay of
/// mimalloc, a second, a scan with a limit holds a third more than it uses.
pub fn give_back(limit: u64) {
    let (least, delay) = MAY_WAIT;
    let delay = if limit < least { 0 } else { delay };
    // SAFETY: the call stores a number, which mimalloc reads when memory is freed.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, delay as _) }
}

/// The number of allocations counted.
pub fn allocations() -> u64 {
    COUNTS.iter().map(|count| count.0.load(Ordering::Relaxed)).sum()
}

fn count_one() {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    // A thread that ends frees memory after its own variables are gone.
    let _ = COUNTER.try_with(|own| {
        if own.get() == COUNTERS {
            own.set(THREADS.fetch_add(1, Ordering::Relaxed) % COUNTERS);
        }
        COUNTS[own.get()].0.fetch_add(1, Ordering::Relaxed);
    });
}

// SAFETY: each call is passed on to mimalloc as it came, so its contract is kept.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTED.load(Ordering::Relaxed) {
            count_one();
        }
        // SAFETY: the caller keeps the contract of `GlobalAlloc`.
        unsafe { self.0.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if COUNTED.load(Ordering::Relaxed) {
            count_one();
        }
        // SAFETY: the caller keeps the contract of `GlobalAlloc`.
        unsafe { self.0.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `GlobalAlloc`.
        unsafe { self.0.dealloc(memory, layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if COUNTED.load(Ordering::Relaxed) {
            count_one();
        }
        // SAFETY: the caller keeps the contract of `GlobalAlloc`.
        unsafe { self.0.realloc(memory, layout, size) }
    }
}
