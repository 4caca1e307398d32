//! Which embedded storage engine carries nearcopy's persistent index: keys of articles, and the articles that have them.
//!
//! ```text
//! cargo build --release
//! storage dump ARTICLES.jsonl KEYS.bin [N]       makes the keys of the first N articles ("text" of each line)
//! storage run ENGINE LAYOUT KEYS.bin N DIR       adds N articles in batches of 8,000, then asks for 1,000 that
//!                                                are in and 1,000 that are not
//! storage query ENGINE LAYOUT KEYS.bin N DIR     asks again, in a process that has written nothing
//! storage kill ENGINE DIR                        kills a writer 25 times and looks what is left
//! storage verify ENGINE DIR                      looks into what `kill` left
//! ```
//!
//! Engines: `heed` (LMDB), `redb`, `sqlite`, `fjall` (a keyspace a run), `fjall-one` (one keyspace). Layouts: `rows` is
//! one row a posting; `packed` is sorted runs in buckets of about 2,000 postings, `packed:200` of about 200. Each command
//! prints one line of JSON. `DIR` must be empty or not there. One engine runs in a process, so that its memory is its own.

mod engines;
mod keys;
mod kill;
mod packed;
mod run;

use serde_json::{Value, json};
use std::path::Path;

type Res<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Res<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let Some(answer) = answer(&args)? {
        println!("{answer}");
    }
    Ok(())
}

fn answer(args: &[&str]) -> Res<Option<Value>> {
    Ok(Some(match *args {
        ["dump", articles, keys, ref limit @ ..] => {
            let limit = limit.first().map_or(Ok(usize::MAX), |n| n.parse())?;
            let (articles, postings) = keys::dump(Path::new(articles), Path::new(keys), limit)?;
            json!({"articles": articles, "postings": postings})
        }
        ["run", engine, layout, keys, count, dir] => run::run(engine, layout, Path::new(keys), count.parse()?, Path::new(dir))?,
        ["query", engine, layout, keys, count, dir] => {
            run::query(engine, layout, Path::new(keys), count.parse()?, Path::new(dir))?
        }
        ["kill", engine, dir] => kill::kill(engine, Path::new(dir))?,
        ["verify", engine, dir] => kill::verify(engine, Path::new(dir))?,
        ["child", engine, dir] => {
            kill::child(engine, Path::new(dir))?;
            return Ok(None);
        }
        _ => return Err("see the head of src/main.rs for what can be asked".into()),
    }))
}
