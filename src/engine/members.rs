//! Owns: the documents of each class of equal texts, and which of them are copies of each other.
//! Never: decides whether titles divide a class.

use crate::engine::sketch::{Classes, NONE};
use crate::model::document::Documents;
use crate::pair::metadata::Metadata;
use std::collections::BTreeMap;

/// A class of equal texts that titles divide.
#[derive(Debug)]
pub struct DividedClass {
    /// The groups of documents; the first one has the first document of the class.
    pub groups: Vec<Vec<u32>>,
    /// Whether the text is a form, which an outlet prints under all kinds of titles.
    pub form: bool,
}

/// The classes that titles divide.
pub type DividedClasses = BTreeMap<u32, DividedClass>;

/// The documents of each class, in order.
pub struct Members {
    starts: Vec<u32>,
    documents: Vec<u32>,
    /// The classes that titles divide.
    pub divided: DividedClasses,
}

impl Members {
    /// Groups the documents by their class.
    pub fn new(all: &Classes) -> Members {
        let mut starts = vec![0u32; all.first.len() + 1];
        for (i, &size) in all.size.iter().enumerate() {
            starts[i + 1] = starts[i] + size;
        }
        let mut at = starts.clone();
        let mut documents = vec![0; *starts.last().unwrap_or(&0) as usize];
        for (n, &class) in all.class_of.iter().enumerate().filter(|c| *c.1 != NONE) {
            documents[at[class as usize] as usize] = n as u32;
            at[class as usize] += 1;
        }
        Members { starts, documents, divided: DividedClasses::new() }
    }
    /// The documents of one class that are copies of its first one: all of them, or the first group
    /// where titles divide the class. They are what the class is in a pair or a cluster.
    pub fn copies(&self, class: u32) -> &[u32] {
        self.divided.get(&class).map_or_else(|| self.of(class), |divided| &divided.groups[0])
    }
    /// The documents that are copies of one document, which is of this class.
    pub fn copies_of(&self, number: u32, class: u32) -> &[u32] {
        let groups = self.divided.get(&class).map_or(&[][..], |divided| &divided.groups);
        let own = groups.iter().find(|group| group.binary_search(&number).is_ok());
        own.map_or_else(|| self.of(class), Vec::as_slice)
    }
    /// What the documents of a class that are copies of its first one say about its text.
    pub fn metadata(&self, class: u32, documents: &dyn Documents) -> Metadata {
        self.metadata_of(self.copies(class), class, documents)
    }
    /// What documents of a class say about its text.
    pub fn metadata_of(&self, of: &[u32], class: u32, documents: &dyn Documents) -> Metadata {
        let form = self.divided.get(&class).is_some_and(|divided| divided.form);
        Metadata::new(of.iter().map(|&n| documents.fields(n as usize))).of_form(form)
    }
    /// The groups of a class besides [`copies`](Members::copies).
    pub fn other_groups(&self) -> impl Iterator<Item = &Vec<u32>> {
        self.divided.values().flat_map(|divided| &divided.groups[1..])
    }
    /// The groups of two and more documents that are copies of each other, sorted.
    pub fn equal(&self) -> Vec<Vec<u32>> {
        let classes = (0..self.starts.len() as u32 - 1).map(|class| self.copies(class));
        let groups = classes.chain(self.other_groups().map(Vec::as_slice));
        let mut equal: Vec<Vec<u32>> =
            groups.filter(|group| group.len() > 1).map(<[u32]>::to_vec).collect();
        equal.sort_unstable();
        equal
    }
    /// The documents of one class.
    pub fn of(&self, class: u32) -> &[u32] {
        &self.documents
            [self.starts[class as usize] as usize..self.starts[class as usize + 1] as usize]
    }
}
