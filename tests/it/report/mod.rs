//! Owns: what the reports say, on findings made by hand. Never: runs a scan.

mod evidence;
mod human;
mod json;
mod titles;
