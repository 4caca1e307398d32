//! The alignment of two token sequences. The functions are pure: they know no corpus, no background
//! and no relation.

pub mod alignment;
pub mod chain;
pub mod different_words;
pub mod edit_distance;
pub mod extend;
pub mod few_words;
pub mod fill;
pub mod frequent_seeds;
pub mod hash_filter;
pub mod lexicon;
pub mod parts;
pub mod prepared;
pub mod range_union;
pub mod run;
pub mod seed_table;
pub mod seeds;
pub mod select;
pub mod shared_runs;
pub mod steps;
pub mod unordered;
pub mod word_counts;
pub mod word_forms;
