//! Owns: every setting as a flag and, under the same name, as a key of nearcopy.toml. Never:
//! decides which of two values takes precedence.

use super::amount::share;
use super::flag_macro::flags;
use super::flag_values::{Color, OutputFormat, alignment, date, formats, preset, sources};
pub use super::input_flags::{InputFlags, RunFlags};
use clap::Args;
use nearcopy::ingest::InputOptions;
use nearcopy::settings::{AlignmentMethod, Keep, SourceLimit};
use nearcopy::{Preset, Recipe, Thresholds};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

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

    /// How inputs are read in which survivors are looked for: with the field of `--keep`.
    pub fn options(&self) -> InputOptions {
        let field = self.thresholds.keep.iter().flatten().find_map(|rule| match rule {
            Keep::Field(name) => Some(name.clone()),
            _ => None,
        });
        self.input.options().with(|options| options.score_field = field)
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
    /// earliest or latest (date; undated last), longest (tokens), smallest-id, source=a,b,c (the
    /// source that stands first; others last), or field:NAME (the highest number in this field of
    /// the record; documents without one last). After the last rule the smallest id decides. none:
    /// none survives, so dedupe removes every document of a group of copies. In nearcopy.toml: keep
    /// = ["source=a,b,c", "longest"].
    #[arg(value_name = "RULE", help_heading = "Cluster")]
    keep: Vec<Keep>,
    /// Report every verified pair, not only those with and between representatives
    #[arg(value_name = "BOOL", help_heading = "Cluster", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    all_pairs: bool,
    /// Steps of comparison for each token of the corpus; beyond it each text is compared with the
    /// candidates that share most with it. A comparison takes as many as the shorter text has
    /// tokens
    #[arg(value_name = "STEPS", help_heading = "Limits", hide_short_help = true)]
    compare_budget: u32,
    /// Pairs that share nothing but repeats of this many documents are shown as these repeats
    #[arg(value_name = "N", help_heading = "Repeats", hide_short_help = true)]
    pairs_as_repeats: u32,
    /// Bytes of listed pairs and repeats for each byte of the corpus; beyond it the less important
    /// ones are counted, not listed
    #[arg(value_name = "BYTES", help_heading = "Limits", hide_short_help = true)]
    report_budget: u32,
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
