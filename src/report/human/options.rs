//! Owns: the appearance of text for a person. Never: its content.

/// Options of the human report.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HumanOptions {
    /// Whether to write colours and bold, as ANSI escapes.
    pub color: bool,
    /// Width of the page in columns.
    pub width: usize,
    /// Whether to write lists only, without passages.
    pub brief: bool,
}

/// 100 columns, no colours, passages shown.
impl Default for HumanOptions {
    fn default() -> HumanOptions {
        HumanOptions { color: false, width: 100, brief: false }
    }
}

impl_with!(HumanOptions);
