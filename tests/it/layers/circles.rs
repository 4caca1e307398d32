//! Which file imports which, by the paths in their code: circles of files, and names that a
//! folder's list holds and its rooms import.

use super::source::{definitions, paths};
use std::collections::{BTreeMap, BTreeSet};

/// The module path of a file: `src/pair/facts.rs` is `pair::facts`, `src/pair/mod.rs` is `pair`.
pub fn module(file: &str) -> Vec<&str> {
    let inner = file.trim_start_matches("src/");
    inner.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect()
}

/// `super::` and `self::` turned into `crate::`; other paths as they are.
pub fn resolved(path: &str, module: &[&str]) -> String {
    let (mut base, mut rest) = (module.to_vec(), path);
    if let Some(after) = rest.strip_prefix("self::") {
        rest = after;
    } else if !rest.starts_with("super::") && rest != "super" {
        return path.to_owned();
    }
    while let Some(after) = rest.strip_prefix("super::") {
        base.pop();
        rest = after;
    }
    base.insert(0, "crate");
    base.push(rest);
    base.join("::")
}

/// What one file uses: of each other file the names.
type Uses<'a> = BTreeMap<&'a str, BTreeMap<&'a str, BTreeSet<String>>>;

/// The imports between the files of a crate. A name that a folder's list re-exports is the room's
/// that holds it.
fn uses<'a>(root: &str, code: &'a [(String, String)]) -> Uses<'a> {
    let strip = |file: &str| module(&format!("src/{}", &file[root.len()..])).join("::");
    let files: BTreeMap<String, &str> =
        code.iter().map(|(file, _)| (strip(file), file.as_str())).collect();
    // The longest module that the path begins with, and the name behind it.
    let find = |path: &str| {
        let parts: Vec<&str> = path.split("::").collect();
        let found =
            (1..=parts.len()).rev().find_map(|n| Some((*files.get(&parts[..n].join("::"))?, n)))?;
        Some((found.0, parts.get(found.1).copied().unwrap_or("").to_owned()))
    };
    let absolute = |path: &str, own: &str| {
        let own_parts: Vec<&str> = if own.is_empty() { vec![] } else { own.split("::").collect() };
        let full = resolved(path, &own_parts);
        match full.strip_prefix("crate::") {
            Some(inner) => Some(inner.to_owned()),
            // `x::f()` in `a/mod.rs` is `a::x::f`.
            None => {
                let inner = format!("{own}::{path}");
                let first =
                    inner.split("::").take(own_parts.len() + 1).collect::<Vec<_>>().join("::");
                files.contains_key(&first).then_some(inner)
            }
        }
    };
    // What a list of rooms names without holding it: `pub use y::Y`.
    let mut exported: BTreeMap<(&str, String), (&str, String)> = BTreeMap::new();
    for (file, source) in code.iter().filter(|(file, _)| file.ends_with("/mod.rs")) {
        for path in paths(source).iter().filter_map(|p| absolute(p, &strip(file))) {
            if let Some((target, name)) = find(&path).filter(|t| t.0 != file) {
                exported.insert((file, name.clone()), (target, name));
            }
        }
    }
    let mut out = Uses::new();
    for (file, source) in code {
        let own = out.entry(file.as_str()).or_default();
        for path in paths(source).iter().filter_map(|p| absolute(p, &strip(file))) {
            let Some((mut target, mut name)) = find(&path) else { continue };
            while let Some((held, held_name)) = exported.get(&(target, name.clone())) {
                (target, name) = (*held, held_name.clone());
            }
            if target != file {
                own.entry(target).or_default().insert(name);
            }
        }
    }
    out
}

/// All files that one reaches by its imports and theirs.
fn reachable<'a>(uses: &Uses<'a>, from: &'a str) -> BTreeSet<&'a str> {
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(at) = waiting.pop() {
        // A folder's list names its rooms; that is no use of them.
        let next =
            uses[at].keys().copied().filter(|next| !(at.ends_with("/mod.rs") && lists(at, next)));
        waiting.extend(next.filter(|next| seen.insert(*next)));
    }
    seen
}

/// The circles of files that import each other, directly or through others.
pub fn circles(root: &str, code: &[(String, String)]) -> Vec<String> {
    let uses = uses(root, code);
    let all: BTreeMap<&str, BTreeSet<&str>> =
        uses.keys().map(|file| (*file, reachable(&uses, file))).collect();
    let mut out = BTreeSet::new();
    for (file, reached) in all.iter().filter(|(file, reached)| reached.contains(*file)) {
        let circle: Vec<&str> =
            reached.iter().copied().filter(|other| all[other].contains(file)).collect();
        out.insert(format!("circle: {}", circle.join(", ")));
    }
    out.into_iter().collect()
}

/// Whether a file is in the folder of a list of rooms.
fn lists(list: &str, file: &str) -> bool {
    file.starts_with(list.trim_end_matches("mod.rs"))
}

/// Names that a folder's list holds itself though its rooms import them: each wants a file of its
/// own.
pub fn types_of_a_mod(root: &str, code: &[(String, String)]) -> Vec<String> {
    let uses = uses(root, code);
    let mut out = Vec::new();
    for (list, source) in code.iter().filter(|(file, _)| file.ends_with("/mod.rs")) {
        let held = definitions(source);
        for (file, targets) in uses.iter().filter(|(file, _)| lists(list, file) && *file != list) {
            for name in targets
                .get(list.as_str())
                .into_iter()
                .flatten()
                .filter(|name| held.contains(name.as_str()))
            {
                out.push(format!("{list}: holds {name}, which {file} imports"));
            }
        }
    }
    out
}
