//! Owns: what all tasks of a distributed scan are told. Never: carries out a stage.

use crate::model::options::RunOptions;
use crate::model::thresholds::Thresholds;
use crate::sketch::recipe::Recipe;

/// A scan whose stages are carried out wherever their blocks are brought together, and which finds
/// what [`scan`](crate::scan) finds. All processes must have the same settings and parts.
#[derive(Debug, Clone)]
pub struct DistributedScan {
    /// How keys are made.
    pub recipe: Recipe,
    /// What is reported.
    pub thresholds: Thresholds,
    /// How a part is carried out.
    pub options: RunOptions,
    /// The number of parts of each stage that has parts.
    pub parts: u32,
}
