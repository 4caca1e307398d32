//! The way from an alignment under a background to a relation, and from relations to clusters. The
//! functions are pure: they use no storage and no threads, and do not know their caller.

pub mod background;
pub mod background_json;
pub mod beginning;
pub mod cluster;
pub mod compare;
pub mod decide;
pub mod explain;
pub mod fact_words;
pub mod facts;
pub mod figures;
pub mod hash_directory;
pub mod informativeness;
pub mod masked;
pub mod measured;
pub mod metadata;
pub mod note;
pub mod note_texts;
pub mod number_words;
pub mod quotation;
pub mod relation;
pub mod repeat;
pub mod repeated_windows;
pub mod sentence;
pub mod set_phrase;
pub mod stamp;
pub mod title;
pub mod title_counters;
pub mod title_differences;
pub mod title_subjects;
pub mod title_word_forms;
pub mod whole_evidence;
pub mod window_filter;
