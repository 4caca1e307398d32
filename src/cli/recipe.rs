//! Owns: `--explain-recipe`: the recipe as probabilities that a person can judge. Never: computes a
//! banding.

use nearcopy::settings::Banding;
use nearcopy::{Recipe, Thresholds};
use std::fmt::Write;

const RESEMBLANCES: [f64; 7] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// The recipe, its bands and rows, and the probabilities with which they find candidates.
pub fn explain(recipe: &Recipe, thresholds: &Thresholds) -> String {
    let r = recipe;
    let mut out = String::new();
    let _ = writeln!(out, "recipe {}", r.id());
    let _ = writeln!(
        out,
        "  shingles   {} words, {} MinHash values, seed {}",
        r.shingle, r.lanes, r.seed
    );
    let _ = match r.anchor_rate {
        0 => writeln!(out, "  anchors    none"),
        rate => {
            writeln!(
                out,
                "  anchors    {} words, one in {rate} kept; {} shared make a candidate",
                r.anchor, r.min_anchors
            )
        }
    };
    let _ = writeln!(
        out,
        "  caps       a band of more than {} texts is split and linked, a key of more than {} \
         makes no candidates",
        r.max_bucket, r.max_frequency
    );
    let _ = writeln!(
        out,
        "  budget     {} steps of comparison for each token of the corpus, by whole texts and by \
         passages each",
        thresholds.compare_budget
    );
    let _ = writeln!(
        out,
        "\nProbability that two share a band, by resemblance (Jaccard) of their shingle sets:\n"
    );
    let _ = write!(out, "{:12}{:>14}", "", "bands x rows");
    for s in RESEMBLANCES {
        let _ = write!(out, "{s:>9.1}");
    }
    out.push('\n');
    row(&mut out, "documents", r.banding());
    if r.paragraph_lanes > 0 {
        row(&mut out, "paragraphs", r.paragraph_banding());
    } else {
        let _ = writeln!(out, "{:12}{:>14}", "paragraphs", "none");
    }
    let _ = writeln!(
        out,
        "\nChosen as the most rows that still find documents of resemblance {} with probability \
         {}, and\n\
         paragraphs of at least {} shingles and resemblance {} with probability {}. Anchors find \
             passages besides.",
        r.target_resemblance,
        r.target_chance,
        r.paragraph_shingles,
        r.paragraph_resemblance,
        r.paragraph_chance
    );
    out
}

fn row(out: &mut String, name: &str, banding: Banding) {
    let _ = write!(out, "{name:12}{:>14}", format!("{} x {}", banding.bands, banding.rows));
    for s in RESEMBLANCES {
        let _ = write!(out, "{:>9.4}", banding.chance(s));
    }
    out.push('\n');
}
