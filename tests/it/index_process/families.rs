//! Members of families of copies, brought by many at once: of each family one is added.

use super::*;

/// Texts alike: near-copies of each other under a footer that stands under all families, equal
/// texts, or equal ones too short to be compared.
fn member(family: u64, who: u64) -> Document {
    let mut words: Vec<String> =
        (0..80).map(|i| format!("w{}", mix(family * 1000 + i) % 50_000)).collect();
    match family % 4 {
        0 => words = vec![format!("short{family}")],
        1 => {}
        _ => {
            words[(who * 7 % 80) as usize] = format!("changed{who}");
            words.push("\n\n".into());
            words.extend((0..25).map(|i| format!("footer{i}")));
        }
    }
    Document::new(format!("{family}-{who}"), words.join(" "))
}

const ROUNDS: u64 = 12;
const FAMILIES: u64 = 8;

pub enum Told {
    /// Family and id.
    Added(u64, String),
    /// Family and the id of the partner.
    Refused(u64, String),
}

/// Threads bring a member of each family, round by round, all at once, and a document of their own
/// beside each.
pub fn bring_families(index: &Index, who: u64, threads: u64) -> Vec<Told> {
    let t = Thresholds::default();
    let copies = [Relation::Equal, Relation::NearCopy];
    let together = std::sync::Barrier::new(threads as usize);
    let thread = |who: u64| {
        let mut told = Vec::new();
        for round in 0..ROUNDS {
            together.wait();
            for i in 0..FAMILIES {
                // Half of them in one order, so that they meet; half in another.
                let family =
                    round * FAMILIES + if who.is_multiple_of(2) { i } else { FAMILIES - 1 - i };
                let d = member(family, who);
                let checked = index.check_and_add(&d, &t, &copies).unwrap();
                told.push(match checked.outcome {
                    CheckOutcome::New => Told::Added(family, d.info.id),
                    CheckOutcome::Refused => {
                        Told::Refused(family, checked.sightings[0].info.id.clone())
                    }
                    other => panic!("{other:?}"),
                });
                let own = Document::new(
                    format!("own-{family}-{who}"),
                    format!("own{family}x{who} footer0"),
                );
                assert_eq!(index.add(&own).unwrap(), Added::New);
                assert_eq!(index.get(&own.info.id).unwrap().unwrap().text, own.text);
            }
        }
        told
    };
    std::thread::scope(|s| {
        let thread = &thread;
        let all: Vec<_> = (who..who + threads).map(|who| s.spawn(move || thread(who))).collect();
        all.into_iter().flat_map(|t| t.join().unwrap()).collect()
    })
}

/// One of each family is there, everybody else was shown it, and the index is what one thread would
/// have made of those that are there.
fn families_are_right(index: &Index, told: &[Told], bringers: u64) {
    let mut there = std::collections::BTreeMap::new();
    for told in told {
        if let Told::Added(family, id) = told {
            assert_eq!(there.insert(*family, id.clone()), None, "family {family} was added twice");
        }
    }
    assert_eq!(there.len() as u64, ROUNDS * FAMILIES);
    let refused = told
        .iter()
        .filter_map(|t| if let Told::Refused(f, partner) = t { Some((f, partner)) } else { None });
    assert!(refused.clone().all(|(family, partner)| there[family] == *partner));
    assert_eq!(refused.count() as u64, ROUNDS * FAMILIES * (bringers - 1));
    let found = index.verify().unwrap();
    assert_eq!((found.problems, found.documents), (Vec::new(), ROUNDS * FAMILIES * (bringers + 1)));

    let t = Thresholds::default();
    let dir = tempfile::tempdir().unwrap();
    let serial = Index::create(dir.path().join("serial"), index.recipe()).unwrap();
    index.for_each(|d| serial.add(&d).is_ok()).unwrap();
    for compacted in [false, true] {
        for (family, id) in &there {
            let who = id.split_once('-').unwrap().1.parse().unwrap();
            assert_eq!(index.get(id).unwrap().unwrap().text, member(*family, who).text);
            let asked = Document::new("asked", member(*family, who + 1).text);
            let seen = index.seen(&asked, &t).unwrap();
            assert!(seen.iter().any(|s| s.info.id == *id), "{id}");
            if compacted {
                assert_eq!(seen, serial.seen(&asked, &t).unwrap(), "{id}");
            }
        }
        for i in [index, &serial] {
            i.compact(&t, &RunOptions::default(), &()).unwrap();
        }
    }
    assert_eq!(index.background().unwrap().id(), serial.background().unwrap().id());
}

#[test]
fn of_each_family_that_threads_bring_at_once_one_is_added() {
    // With caps as low as these the footer is frequent, and its bands are hot.
    let tight = Recipe::default().with(|s| {
        s.max_bucket = 4;
        s.max_frequency = 3;
    });
    for recipe in [Recipe::default(), tight] {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::create(dir.path().join("index"), &recipe).unwrap();
        let told = bring_families(&index, 0, 8);
        families_are_right(&index, &told, 8);
    }
}

#[test]
fn of_each_family_that_processes_bring_at_once_one_is_added() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index");
    let index = Index::create(&path, &Recipe::default()).unwrap();
    let mut children: Vec<Child> = (1..3).map(|n| child("families", &path, n * 100)).collect();
    let mut told = bring_families(&index, 0, 4);
    for child in &mut children {
        let out = BufReader::new(child.stdout.take().unwrap());
        for line in out.lines().map_while(Result::ok) {
            let Some(ack) = line.strip_prefix("ACK ") else { continue };
            let parts: Vec<&str> = ack.split(' ').collect();
            let (family, id) = (parts[1].parse().unwrap(), parts[2].to_owned());
            told.push(if parts[0] == "added" {
                Told::Added(family, id)
            } else {
                Told::Refused(family, id)
            });
        }
        assert!(child.wait().unwrap().success());
    }
    families_are_right(&index, &told, 12);
}
