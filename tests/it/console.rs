//! Owns: blocks of a page that show commands and what they print. A line that begins with `$` is a
//! command, the lines up to the next one are what it prints, standard error among them; a line that
//! is only `…` stands for any number of lines. Never: a shell.

use crate::program::transcript;
use std::path::Path;

/// A command of a block, and what the block says that it prints.
struct Step<'b> {
    command: &'b str,
    said: &'b str,
}

const LEFT_OUT: &str = "…";

fn steps(block: &str) -> Vec<Step<'_>> {
    let mut starts: Vec<usize> = block.match_indices("\n$ ").map(|(at, _)| at + 1).collect();
    assert!(block.starts_with("$ "), "a console block begins with a command: {block}");
    starts.insert(0, 0);
    let ends = starts.iter().skip(1).copied().chain([block.len()]);
    let step = |(from, to): (&usize, usize)| {
        let (command, said) = block[*from..to].split_once('\n').unwrap_or((&block[*from..to], ""));
        Step { command: &command[2..], said }
    };
    starts.iter().zip(ends).map(step).collect()
}

/// Plain words, and words in single quotes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut quoted, mut open) = (vec![], false, false);
    for c in command.chars() {
        match c {
            '\'' => (quoted, open) = (!quoted, open || !quoted && new_word(&mut words)),
            ' ' if !quoted => open = false,
            '"' | '\\' | '|' | '>' | '<' | '&' | ';' | '*' | '#' if !quoted => {
                panic!("{command}: {c} is for a shell, and none reads this")
            }
            c => {
                open = open || new_word(&mut words);
                words.last_mut().unwrap().push(c);
            }
        }
    }
    assert!(!quoted, "{command}: a quote is not closed");
    words
}

fn new_word(words: &mut Vec<String>) -> bool {
    words.push(String::new());
    true
}

/// What was printed, with another time in place of each (`in 0.12 s`, `2,168 a second`).
fn without_times(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let bare =
        |n: usize| words.get(n).map_or("", |w| w.trim_matches(['(', ')', '.', ',', ';', ':']));
    let is_time = |n: usize| match bare(n + 1) {
        "s" | "ms" | "min" => true,
        "a" => bare(n + 2) == "second",
        _ => false,
    };
    let is_number = |w: &str| w.starts_with(|c: char| c.is_ascii_digit());
    let shown = words.iter().enumerate().map(|(n, word)| {
        let number = bare(n);
        if is_number(number) && is_time(n) { word.replace(number, "0") } else { (*word).to_owned() }
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Whether lines are those that a block says, some of them left out.
fn agree(said: &[String], printed: &[String]) -> bool {
    match said.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line.trim() == LEFT_OUT => {
            (0..=printed.len()).any(|n| agree(rest, &printed[n..]))
        }
        Some((line, rest)) => printed.first() == Some(line) && agree(rest, &printed[1..]),
    }
}

/// Empty lines at the end are for the eye.
fn comparable(text: &str) -> Vec<String> {
    text.trim_end().lines().map(without_times).collect()
}

fn same(said: &str, printed: &str) -> bool {
    agree(&comparable(said), &comparable(printed))
}

/// Runs the commands of a block, in order, in one directory. Where they print what the block says,
/// the block comes back as it is, else with what they print; lines that the block leaves out stay
/// left out, so such a step is to be mended by hand.
pub struct Console<'h> {
    here: &'h Path,
    code: i32,
}

impl<'h> Console<'h> {
    pub fn new(here: &'h Path) -> Console<'h> {
        Console { here, code: 0 }
    }

    /// The block as it should be, and a complaint for each step that can only be mended by hand.
    pub fn run(&mut self, block: &str) -> (String, String) {
        let (mut anew, mut by_hand) = (String::new(), String::new());
        for step in steps(block) {
            let printed = self.command(step.command);
            let end = &step.said[step.said.trim_end().len()..];
            let held = same(step.said, &printed);
            let cut = comparable(step.said).iter().any(|l| l.trim() == LEFT_OUT);
            anew += &format!("$ {}\n", step.command);
            if held || cut {
                anew += step.said;
            } else {
                anew += printed.trim_end();
                anew += if printed.trim_end().is_empty() { "" } else { "\n" };
                anew += end.strip_prefix('\n').unwrap_or("");
            }
            if !held && cut {
                by_hand += &format!("$ {}\nprints:\n{printed}", step.command);
            }
        }
        (anew, by_hand)
    }

    fn command(&mut self, command: &str) -> String {
        if command == "echo $?" {
            return format!("{}\n", self.code);
        }
        let words = words(command);
        assert_eq!(words[0], "nearcopy", "a console block runs nearcopy alone");
        let args: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let (code, printed) = transcript(self.here, &args);
        self.code = code;
        printed
    }
}

#[test]
fn a_block_is_read_as_commands_and_what_they_print() {
    let block = "$ nearcopy a\none\n\ntwo $ three\n$ nearcopy b\n$ echo $?\n0\n";
    let told: Vec<_> = steps(block).iter().map(|s| (s.command, s.said)).collect();
    let wanted = [("nearcopy a", "one\n\ntwo $ three\n"), ("nearcopy b", ""), ("echo $?", "0\n")];
    assert_eq!(told, wanted);
    assert_eq!(words("a  'b c' d'e f' ''"), ["a", "b c", "de f", ""]);
    assert_eq!(words("--documents 'opinion/*'"), ["--documents", "opinion/*"]);
    for shell in ["a | b", "a > b", "a \"b\"", "a *.txt", "a 'b"] {
        assert!(std::panic::catch_unwind(|| words(shell)).is_err(), "{shell}");
    }
}

#[test]
fn times_and_lines_left_out_agree_with_any() {
    assert!(same("read in 0.12 s, 9 a second\n", "read in 13.0 s, 2,168 a second\n\n"));
    assert!(!same("read 12 files\n", "read 13 files\n"));
    assert!(!same("12 seconds words\n", "13 seconds words\n"));
    for (said, holds) in [
        ("a\n…\nd\n", true),
        ("…\n", true),
        ("a\n…\n  …\nc\nd\n", true),
        ("…\nb\n…\n", true),
        ("a\nb\nc\nd\n…\n", true),
        ("a\n…\nc\n", false),
        ("b\n…\n", false),
        ("a\nb … c\nd\n", false),
        ("", false),
    ] {
        assert_eq!(same(said, "a\nb\nc\nd\n"), holds, "{said}");
    }
}

#[test]
fn a_block_is_written_anew_but_for_lines_left_out() {
    let here = tempfile::tempdir().unwrap();
    std::fs::write(here.path().join("a.txt"), "Some words.").unwrap();
    let mut console = Console::new(here.path());
    let block = "$ nearcopy explain gone.txt\nno\n\n$ echo $?\n0\n$ nearcopy --version\n…\nno\n";
    let (anew, by_hand) = console.run(block);
    assert!(anew.contains("gone.txt") && anew.contains("\n\n$ echo $?\n2\n"), "{anew}");
    assert!(anew.ends_with("$ nearcopy --version\n…\nno\n"), "{anew}");
    assert!(by_hand.starts_with("$ nearcopy --version\nprints:\nnearcopy "), "{by_hand}");
    let right = "$ nearcopy --version\nnearcopy …\n".replace('…', env!("CARGO_PKG_VERSION"));
    assert_eq!(console.run(&right), (right, String::new()));
}
