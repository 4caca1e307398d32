//! Owns: numbers that follow from a seed, the same on every machine, and the settings that make a
//! test longer. Never: tests anything.

/// The number that an environment variable sets, for example `KILLS=60`; else the usual one.
pub fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(usual)
}

/// The number behind a seed (SplitMix64).
pub fn mix(seed: u64) -> u64 {
    let x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
