//! Owns: many texts in few pieces of memory: as strings of their own they take an eighth more.
//! Never: writes a file.

/// The bytes of a piece. A text that fills a quarter of one has a piece of its own.
const PIECE: usize = 1 << 20;

/// Texts by number, in the order in which they are added.
#[derive(Debug, Default)]
pub struct TextArena {
    pieces: Vec<String>,
    /// The piece that has room for more.
    open: Option<u32>,
    texts: Vec<Place>,
}

/// Where a text is.
#[derive(Debug, Clone, Copy)]
struct Place {
    piece: u32,
    from: u32,
    len: usize,
}

impl TextArena {
    /// Adds a text.
    pub fn push(&mut self, text: String) {
        let len = text.len();
        if len >= PIECE / 4 {
            self.texts.push(Place { piece: self.pieces.len() as u32, from: 0, len });
            self.pieces.push(text);
            return;
        }
        let has_room = |piece: &u32| self.pieces[*piece as usize].len() + len <= PIECE;
        let piece = self.open.filter(has_room).unwrap_or_else(|| {
            self.pieces.push(String::with_capacity(PIECE));
            self.pieces.len() as u32 - 1
        });
        self.open = Some(piece);
        let open = &mut self.pieces[piece as usize];
        self.texts.push(Place { piece, from: open.len() as u32, len });
        open.push_str(&text);
    }

    /// The text of this number.
    pub fn get(&self, number: usize) -> Option<&str> {
        let &Place { piece, from, len } = self.texts.get(number)?;
        Some(&self.pieces[piece as usize][from as usize..from as usize + len])
    }

    /// The texts as strings of their own, in order. A piece is freed behind its last text.
    pub fn into_texts(mut self) -> Vec<String> {
        let mut left = vec![0u32; self.pieces.len()];
        self.texts.iter().for_each(|text| left[text.piece as usize] += 1);
        let own = |&Place { piece, from, len }: &Place| {
            let (piece, left) = (&mut self.pieces[piece as usize], &mut left[piece as usize]);
            *left -= 1;
            if len == piece.len() {
                let mut text = std::mem::take(piece);
                text.shrink_to_fit();
                return text;
            }
            let text = piece[from as usize..from as usize + len].to_owned();
            if *left == 0 {
                *piece = String::new();
            }
            text
        };
        self.texts.iter().map(own).collect()
    }

    /// The texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|number| self.get(number))
    }

    /// The number of texts.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Leaves out the texts that `keep` refuses, which is called for each, in order. Their memory
    /// is freed with that of the others.
    pub fn retain(&mut self, mut keep: impl FnMut() -> bool) {
        self.texts.retain(|_| keep());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_come_back() {
        let text = |n: usize| "é".repeat([3, 0, 90_000, PIECE / 8, 700][n % 5] + n);
        let mut arena = TextArena::default();
        (0..40).for_each(|n| arena.push(text(n)));
        assert!((0..40).all(|n| arena.get(n) == Some(&text(n))));
        assert!(arena.pieces.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(arena.get(40), None);
        let mut number = 0;
        arena.retain(|| {
            number += 1;
            number % 2 == 1
        });
        assert!(arena.iter().zip((0..40).step_by(2)).all(|(own, n)| own == text(n)));
        assert_eq!(arena.len(), 20);
        assert!(arena.into_texts().into_iter().eq((0..40).step_by(2).map(text)));
    }
}
