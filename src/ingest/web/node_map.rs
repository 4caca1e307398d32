//! Owns: maps by the nodes of a page. Never: knows what is in them.

use crate::hash;
use dom_query::NodeId;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by node. The ids of nodes are small numbers that no page chooses, so any hash will do.
pub(super) type NodeMap<V> = HashMap<NodeId, V, BuildHasherDefault<NodeHasher>>;

/// The hash of a node's id.
#[derive(Default)]
pub(super) struct NodeHasher(u64);

impl Hasher for NodeHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }
    fn write_u32(&mut self, number: u32) {
        self.0 = hash::fold(self.0, u64::from(number));
    }
}
