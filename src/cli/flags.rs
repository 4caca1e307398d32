//! Owns: every setting as a flag and, under the same name, as a key of nearcopy.toml. Never:
//! decides which of two values takes precedence.

use super::amount::{Amount, Size, share};
use super::flag_values::{
    Color, OutputFormat, alignment, date, encoding, formats, input_format, preset, sources,
};
use clap::Args;
use nearcopy::ingest::Format;
use nearcopy::settings::{AlignmentMethod, Keep, SourceLimit};
use nearcopy::{Preset, Recipe, Thresholds};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Defines a struct of optional settings: flags for clap, keys for serde. With `for Target`, the
/// method `apply` writes the values that are set to a `Target`, and a field of `Target` without a
/// flag is a compile error.
macro_rules! flags {
    ($name:ident { $( $(#[$meta:meta])* $field:ident : $type:ty, )* }) => {
        #[derive(Debug, Clone, Default, clap::Args, Serialize, Deserialize)]
        #[serde(default, rename_all = "kebab-case")]
        pub struct $name {
            $( $(#[$meta])* #[arg(long)] #[serde(skip_serializing_if =
                "Option::is_none")] pub $field: Option<$type>, )*
        }

        impl $name {
            /// These settings; where one is not set, that of `other`.
            pub fn or(self, other: $name) -> $name {
                $name { $( $field: self.$field.or(other.$field), )* }
            }
        }
    };
    ($name:ident for $target:ident { $( $(#[$meta:meta])* $field:ident : $type:ty, )* }) => {
        flags!($name { $( $(#[$meta])* $field : $type, )* });

        impl $name {
            /// Applies the settings that are set, and leaves the others unchanged.
            pub fn apply(&self, to: &mut $target) {
                // A field without a flag is found by a test.
                let $target { $( $field, )* .. } = to;
                $( if let Some(value) = &self.$field { set($field, value); } )*
            }
        }
    };
}

trait OverrideWith<T> {
    fn given(value: &T) -> Self;
}

impl<T: Clone> OverrideWith<T> for T {
    fn given(value: &T) -> T {
        value.clone()
    }
}

impl<T: Clone> OverrideWith<T> for Option<T> {
    fn given(value: &T) -> Option<T> {
        Some(value.clone())
    }
}

/// Assigns a value to a field of its type, or to an optional one.
fn set<T, V: OverrideWith<T>>(field: &mut V, value: &T) {
    *field = V::given(value);
}

/// Every setting that has a flag and a key.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    #[command(flatten)]
    pub input: InputFlags,
    #[command(flatten)]
    pub report: ReportFlags,
    #[command(flatten)]
    pub preset: PresetFlags,
    #[command(flatten)]
    pub thresholds: ThresholdFlags,
    #[command(flatten)]
    pub boilerplate: BoilerplateFlags,
    #[command(flatten)]
    pub recipe: RecipeFlags,
    #[command(flatten)]
    pub run: RunFlags,
}

impl Flags {
    /// These settings; where one is not set, that of `other`.
    pub fn or(self, other: Flags) -> Flags {
        Flags {
            input: self.input.or(other.input),
            report: self.report.or(other.report),
            preset: self.preset.or(other.preset),
            run: self.run.or(other.run),
            thresholds: self.thresholds.or(other.thresholds),
            boilerplate: self.boilerplate.or(other.boilerplate),
            recipe: self.recipe.or(other.recipe),
        }
    }

    /// The settings that are set, by name.
    pub fn table(&self) -> toml::Table {
        fn add<T: Serialize>(table: &mut toml::Table, part: &T) {
            // TOML has no integer over i64::MAX, so messages lack a larger seed.
            table.extend(toml::Table::try_from(part).unwrap_or_default());
        }
        let mut all = toml::Table::new();
        add(&mut all, &self.input);
        add(&mut all, &self.report);
        add(&mut all, &self.preset);
        add(&mut all, &self.run);
        add(&mut all, &self.boilerplate);
        add(&mut all, &self.recipe);
        add(&mut all, &self.thresholds);
        all
    }
}

/// The names of all settings, in the order of the help.
pub fn names() -> Vec<String> {
    described().into_iter().map(|(name, _)| name).collect()
}

/// All settings with their help texts.
pub fn described() -> Vec<(String, String)> {
    let command = Flags::augment_args(clap::Command::new("settings"));
    let about = |a: &clap::Arg| a.get_help().map(ToString::to_string).unwrap_or_default();
    command
        .get_arguments()
        .filter_map(|a| a.get_long().map(|name| (name.to_owned(), about(a))))
        .collect()
}

flags!(InputFlags {
    /// What every input holds, once decompressed [default: by file name, then by content]
    #[arg(value_name = "FORMAT", help_heading = "Input", value_parser = input_format())]
    input_format: Format,
    /// JSON field or column with the text [default: the first of text, content, body, article, …
    /// that is there]
    #[arg(value_name = "NAME", help_heading = "Input")]
    text_field: String,
    /// JSON field or column with the id [default: the first of id, url, … that is there, else
    /// file:record]
    ///
    /// A page is called by its path, in an archive by the address it was fetched from; `url`: by
    /// the address that it names itself, where it does.
    #[arg(value_name = "NAME", help_heading = "Input")]
    id_field: String,
    /// JSON field or column with the source, the outlet or site [default: guessed, like the others;
    /// where a record has none, the host of its address]
    ///
    /// The address is an id that is an http or https URL, or else the field url, uri or link. Where
    /// this option names the field, a record without it has no source.
    #[arg(value_name = "NAME", help_heading = "Input")]
    source_field: String,
    /// JSON field or column with the date [default: guessed, like the others]
    #[arg(value_name = "NAME", help_heading = "Input")]
    date_field: String,
    /// JSON field or column with the title [default: guessed, like the others: title, headline, …]
    ///
    /// The title is no part of the text: no passage is looked for in it.
    #[arg(value_name = "NAME", help_heading = "Input")]
    title_field: String,
    /// Encoding of texts without a byte-order mark, as in HTML: windows-1252, gb18030, … [default:
    /// declared or detected]
    #[arg(value_name = "LABEL", help_heading = "Input", hide_short_help = true,
        value_parser = encoding)]
    encoding: String,
    /// The longest text that is read, in bytes of UTF-8; a longer one is skipped as too-long
    /// [default: 256MiB]
    ///
    /// It also bounds what reading takes in memory: a record of JSON is held up to three times this
    /// size, a row of a table up to twice, and what is longer is passed over. At most 4294967295
    /// bytes.
    #[arg(value_name = "SIZE", help_heading = "Input", hide_short_help = true)]
    max_document: Size,
    /// Also walk hidden files and directories [default: false]
    #[arg(value_name = "BOOL", help_heading = "Input", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    hidden: bool,
    /// Do not obey .gitignore, .ignore and .nearcopyignore [default: false]
    #[arg(value_name = "BOOL", help_heading = "Input", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    no_ignore: bool,
});

flags!(ReportFlags {
    /// What goes to standard output [default: human]
    #[arg(value_name = "FORMAT", help_heading = "Output", value_parser = formats(false))]
    format: OutputFormat,
    /// Human report: lists only, no passages [default: false]
    #[arg(value_name = "BOOL", help_heading = "Output", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    brief: bool,
    /// Colours on standard output; auto: on a terminal, unless NO_COLOR is set [default: auto]
    #[arg(value_name = "WHEN", help_heading = "Output")]
    color: Color,
});

flags!(PresetFlags {
    /// A starting point for the settings below, by the kind of corpus [default: news]
    ///
    /// news: articles of news sites and agencies (the defaults); ocr: text read from scans, with
    /// errors in every passage; strict: only what is all but the same text; rewritten: passages
    /// told again in other order and words, from 25 words on, ten times slower. Settings given one
    /// by one win over it.
    #[arg(value_name = "NAME", help_heading = "Finding", value_parser = preset())]
    preset: Preset,
});

flags!(BoilerplateFlags {
    /// Everything in the texts of this file or directory is boilerplate, wherever it stands;
    /// repeatable [default: none]
    ///
    /// For what was handed out: an exercise, a licence, a press kit. Texts that share nothing else
    /// are not related. In nearcopy.toml: boilerplate-from = ["exercise.txt"], from the place of
    /// that file.
    #[arg(value_name = "FILE", help_heading = "Boilerplate")]
    boilerplate_from: Vec<PathBuf>,
});

flags!(RunFlags {
    /// Threads; 0: as many as there are cores. Never changes a finding [default: 0]
    #[arg(value_name = "N", help_heading = "Run")]
    threads: usize,
    /// Exit with 2 if more records than this are bad: a count (100) or a share (5%, 0.05) [default:
    /// unlimited; for check 0]
    #[arg(value_name = "N|P%", help_heading = "Run")]
    max_bad: Amount,
});

flags!(ThresholdFlags for Thresholds {
    /// A near-copy covers at least this share of the text that is covered less
    #[arg(value_name = "SHARE", help_heading = "Finding", value_parser = share)]
    near_copy_smaller: f64,
    /// A near-copy covers at least this share of the text that is covered more
    #[arg(value_name = "SHARE", help_heading = "Finding", value_parser = share)]
    near_copy_larger: f64,
    /// A contained text is covered at least this much, and this much of it is in the same words
    ///
    /// Its container is covered less than --near-copy-smaller.
    #[arg(value_name = "SHARE", help_heading = "Finding", value_parser = share)]
    contains: f64,
    /// The shortest passage that counts, in tokens
    #[arg(value_name = "TOKENS", help_heading = "Finding")]
    min_match: u32,
    /// How much a passage must tell to be a quotation
    ///
    /// A word that few texts of the corpus hold counts nine, one that more hold one, and so do each
    /// three equal words: so bylines and set phrases of an outlet are no quotations.
    #[arg(value_name = "COUNT", help_heading = "Finding", hide_short_help = true)]
    min_telling: u32,
    /// How much the passages of a near-copy or containment must tell together, else it is a
    /// template
    ///
    /// Counted as for --min-telling. Where facts stand against each other, five times what they
    /// weigh is asked for besides: three for a number, three to nine for a name. So notices in one
    /// wording are no copies of each other.
    #[arg(value_name = "COUNT", help_heading = "Finding", hide_short_help = true)]
    copy_telling: u32,
    /// A whole paragraph counts from this many tokens on, though shorter than --min-match
    #[arg(value_name = "TOKENS", help_heading = "Finding", hide_short_help = true)]
    min_paragraph: u32,
    /// How passages are aligned: runs, forms or words
    ///
    /// runs: by runs of equal words, in order. forms: by runs in which a damaged or inflected form
    /// counts as the word. words: by words that correspond in any order, such forms included, where
    /// they tell enough (--min-evidence), and by runs elsewhere.
    #[arg(value_name = "HOW", help_heading = "Finding", value_parser = alignment(),
        hide_short_help = true)]
    alignment: AlignmentMethod,
    /// The least evidence of a passage aligned by words, in bits
    ///
    /// Rare words in common speak for a passage, words missing from the other side against it.
    #[arg(value_name = "BITS", help_heading = "Finding", hide_short_help = true)]
    min_evidence: u32,
    /// Share of a passage's tokens that must be equal, in order
    #[arg(value_name = "SHARE", help_heading = "Finding", value_parser = share,
        hide_short_help = true)]
    min_identity: f64,
    /// The longest stretch of unequal tokens inside one passage
    #[arg(value_name = "TOKENS", help_heading = "Finding", hide_short_help = true)]
    max_gap: u32,
    /// Facts (numbers, names) to compare before a pair can be a template
    #[arg(value_name = "N", help_heading = "Finding", hide_short_help = true)]
    template_facts: u32,
    /// A template agrees in less than this share of its facts
    #[arg(value_name = "SHARE", help_heading = "Finding", value_parser = share,
        hide_short_help = true)]
    template_agreement: f64,
    /// Texts in one wording that are this many days apart, with something changed, are issues of a
    /// series: templates. 0 leaves dates aside
    #[arg(value_name = "DAYS", help_heading = "Relations", hide_short_help = true)]
    series_days: u32,
    /// Let templates join clusters as if they were near-copies
    #[arg(value_name = "BOOL", help_heading = "Cluster", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    templates_are_copies: bool,
    /// Documents with fewer tokens are compared for equality only
    #[arg(value_name = "TOKENS", help_heading = "Limits")]
    min_tokens: u32,
    /// A whole paragraph is a repeat from this many tokens on
    #[arg(value_name = "TOKENS", help_heading = "Repeats", hide_short_help = true)]
    repeat_paragraph: u32,
    /// Any other passage is a repeat from this many tokens on
    #[arg(value_name = "TOKENS", help_heading = "Repeats", hide_short_help = true)]
    repeat_passage: u32,
    /// A repeat stands in this many different texts, unless it stands twice in one
    #[arg(value_name = "N", help_heading = "Repeats", hide_short_help = true)]
    repeat_classes: u32,
    /// How many places of a repeat are listed; the count is never cut
    #[arg(value_name = "N", help_heading = "Repeats", hide_short_help = true)]
    max_places: u32,
    /// Boilerplate stands in at least this many different texts, of one source where sources are
    /// known
    #[arg(value_name = "N", help_heading = "Boilerplate", hide_short_help = true)]
    boilerplate_classes: u32,
    /// Where sources are not known, boilerplate stands in more than this share of the different
    /// texts
    #[arg(value_name = "SHARE", help_heading = "Boilerplate", value_parser = share,
        hide_short_help = true)]
    boilerplate_share: f64,
    /// A note, which an outlet puts under texts that share nothing else, stands in at least this
    /// many different texts, of one source where sources are known
    #[arg(value_name = "N", help_heading = "Boilerplate", hide_short_help = true)]
    note_classes: u32,
    /// Boilerplate is left out of coverage only where at least this many tokens remain …
    #[arg(value_name = "TOKENS", help_heading = "Boilerplate", hide_short_help = true)]
    boilerplate_left_tokens: u32,
    /// … and at least this share of the text
    #[arg(value_name = "SHARE", help_heading = "Boilerplate", value_parser = share,
        hide_short_help = true)]
    boilerplate_left_share: f64,
    /// Which pairs to look for: any, within one source, or across two
    #[arg(value_name = "WHICH", help_heading = "Limits", value_parser = sources(),
        hide_short_help = true)]
    sources: SourceLimit,
    /// Leave out documents dated earlier than this (2024, 2024-05, 2024-05-31), or undated
    /// [default: none]
    #[arg(value_name = "DATE", help_heading = "Limits")]
    #[serde(deserialize_with = "date")]
    since: String,
    /// Leave out documents dated later than this (a day includes all of it), or undated [default:
    /// none]
    #[arg(value_name = "DATE", help_heading = "Limits")]
    #[serde(deserialize_with = "date")]
    until: String,
    /// Which document of a cluster survives; repeatable, the first rule that tells two apart
    /// decides
    ///
    /// earliest (date; undated last), longest (tokens), smallest-id, or source=a,b,c (the source
    /// that stands first; others last). After the last rule the smallest id decides. In
    /// nearcopy.toml: keep = ["source=a,b,c", "longest"].
    #[arg(value_name = "RULE", help_heading = "Cluster")]
    keep: Vec<Keep>,
    /// Report every verified pair, not only those with and between representatives
    #[arg(value_name = "BOOL", help_heading = "Cluster", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    all_pairs: bool,
});

flags!(RecipeFlags for Recipe {
    /// Words in a shingle; more tokens where a script is cut per character
    #[arg(value_name = "WORDS", help_heading = "Recipe", hide_short_help = true)]
    shingle: u32,
    /// MinHash values in a signature, 16 to 1024: more find more surely, and cost time
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    lanes: u32,
    /// Bands and rows are chosen so that documents of this resemblance …
    #[arg(value_name = "SHARE", help_heading = "Recipe", value_parser = share,
        hide_short_help = true)]
    target_resemblance: f64,
    /// … become candidates with at least this probability
    #[arg(value_name = "SHARE", help_heading = "Recipe", value_parser = share,
        hide_short_help = true)]
    target_chance: f64,
    /// The same for two paragraphs: the resemblance …
    #[arg(value_name = "SHARE", help_heading = "Recipe", value_parser = share,
        hide_short_help = true)]
    paragraph_resemblance: f64,
    /// … and the probability
    #[arg(value_name = "SHARE", help_heading = "Recipe", value_parser = share,
        hide_short_help = true)]
    paragraph_chance: f64,
    /// MinHash values that paragraph bands are cut from; 0 makes no paragraph bands
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    paragraph_lanes: u32,
    /// Paragraphs with fewer shingles get no bands
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    paragraph_shingles: u32,
    /// Words in an anchor, the sampled shingle that finds passages
    #[arg(value_name = "WORDS", help_heading = "Recipe", hide_short_help = true)]
    anchor: u32,
    /// One in this many anchors is kept; 0 makes none
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    anchor_rate: u32,
    /// Shared anchors that make two documents candidates
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    min_anchors: u32,
    /// A band held by more texts is split and linked, not expanded to all pairs
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    max_bucket: u32,
    /// An anchor or paragraph band held by more different texts makes no candidates; such keys are
    /// counted
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    max_frequency: u32,
    /// Seed of the signature's hash functions
    #[arg(value_name = "N", help_heading = "Recipe", hide_short_help = true)]
    seed: u64,
});
