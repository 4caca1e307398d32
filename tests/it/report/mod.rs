//! Owns: what the reports say, on findings made by hand. Never: runs a scan.

mod evidence;
mod human;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod titles;
