//! Owns: how the lines of the text of a page become paragraphs. Never: finds the text.

/// In a block with a line longer than this many characters, each line is a paragraph.
const WRAPPED: usize = 120;

/// Separates paragraphs by one blank line. Short lines stay together, as in lists and verses; in a
/// block with a long line, each line is a paragraph.
pub(super) fn paragraphs(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut out = String::with_capacity(text.len());
    for block in lines.split(|line| line.is_empty()) {
        let long = block.iter().any(|line| line.chars().nth(WRAPPED).is_some());
        for (i, line) in block.iter().enumerate() {
            if !out.is_empty() {
                out.push_str(if i == 0 || long { "\n\n" } else { "\n" });
            }
            out.push_str(line);
        }
    }
    out
}
