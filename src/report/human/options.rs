//! Owns: how text for a person looks. Never: what it says.

/// How the human report looks.
#[derive(Debug, Clone, Copy)]
pub struct HumanOptions {
    /// Colours and bold, as ANSI escapes.
    pub color: bool,
    /// Columns to fill.
    pub width: usize,
    /// Lists only: no passages.
    pub brief: bool,
}
