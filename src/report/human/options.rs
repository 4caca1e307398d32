//! Owns: how text for a person looks. Never: what it says.

/// How the human report looks.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HumanOptions {
    /// Colours and bold, as ANSI escapes.
    pub color: bool,
    /// Columns to fill.
    pub width: usize,
    /// Lists only: no passages.
    pub brief: bool,
}

/// 100 columns, no colours, passages shown.
impl Default for HumanOptions {
    fn default() -> HumanOptions {
        HumanOptions { color: false, width: 100, brief: false }
    }
}

impl_with!(HumanOptions);
