//! Owns: the words in the names that an author gave to the elements of a page, such as `post_body`
//! or `postBody`. Never: concludes anything from them.

use dom_query::NodeRef;

/// The characters of a name that are read.
const READ: usize = 200;

/// The names in an attribute that are read. Rules look at the names of each element around a text.
const NAMES: usize = 64;

/// Splits names into words in lower case: `post_body`, `postBody` and `post-body` are the words
/// `post` and `body`.
pub(super) fn split(names: &str, words: &mut Vec<String>) {
    let mut word = String::new();
    let mut small = false;
    for c in names.chars().take(READ) {
        let begins = c.is_ascii_uppercase() && small;
        if (!c.is_ascii_alphabetic() || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        small = c.is_ascii_lowercase();
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
}

/// The words in these attributes of an element.
pub(super) fn words(node: &NodeRef, attributes: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    for attribute in attributes {
        for name in node.attr_or(attribute, "").split_ascii_whitespace().take(NAMES) {
            // WordPress names the comments below an article so; `md:flex` and `text-sm` say how
            // something looks.
            let wordpress = ["thread-even", "thread-odd", "thread-alt"].contains(&name);
            if !wordpress && !name.contains(':') && !name.starts_with("text-") {
                split(name, &mut words);
            }
        }
    }
    words
}

/// Whether one of the words is among those wanted.
pub(super) fn any(words: &[String], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(&word.as_str()))
}
