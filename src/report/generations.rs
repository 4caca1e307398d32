//! Owns: a cache of two generations. Never: makes a value.

use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

/// The most bytes of the young generation; beyond that the old generation is dropped.
const GENERATION: usize = 32 << 20;

/// Values by key. A value that is used moves to the young generation; when that is full, the old
/// one is dropped. Findings are sorted, so neighbours use the same values.
pub struct Generations<K, V> {
    young: HashMap<K, Rc<V>>,
    old: HashMap<K, Rc<V>>,
    held: usize,
}

impl<K: Copy + Eq + Hash, V> Generations<K, V> {
    pub fn new() -> Generations<K, V> {
        Generations { young: HashMap::new(), old: HashMap::new(), held: 0 }
    }

    /// The value of a key, which `make` makes if it is not there. `memory` is its size in bytes.
    pub fn get<E>(
        &mut self,
        key: K,
        make: impl FnOnce() -> Result<V, E>,
        memory: impl FnOnce(&V) -> usize,
    ) -> Result<Rc<V>, E> {
        if let Some(value) = self.young.get(&key) {
            return Ok(value.clone());
        }
        let value = match self.old.remove(&key) {
            Some(value) => value,
            None => Rc::new(make()?),
        };
        let memory = memory(&value);
        self.held += memory;
        if self.held > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.held = memory;
        }
        self.young.insert(key, value.clone());
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_while_two_generations_have_room() {
        let mut cache: Generations<u32, u32> = Generations::new();
        let mut made = Vec::new();
        for key in [0, 1, 0, 1, 2, 0, 1, 2, 3, 4, 0] {
            let make = || -> Result<u32, ()> {
                made.push(key);
                Ok(key)
            };
            assert_eq!(cache.get(key, make, |_| GENERATION / 2).as_deref(), Ok(&key));
        }
        assert_eq!(made, [0, 1, 2, 3, 4, 0]);
    }
}
