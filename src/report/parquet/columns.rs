//! Owns: rows of a table as columns in memory: the values of each column, and its levels, which say
//! what is missing and where a list begins. Never: what a row means, or writing one.
//!
//! The levels are those of Melnik et al. 2010 (Dremel): a definition level counts how much of a
//! value's path is there, a repetition level is 0 where a row begins. A list here is never missing
//! and never inside another one.

use ::parquet::basic::Type;
use ::parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

/// The values of one column that are there.
pub enum Values {
    Flags(Vec<bool>),
    Numbers(Vec<i64>),
    Shares(Vec<f64>),
    /// One text after the other, and where each ends.
    Texts(Vec<u8>, Vec<usize>),
}

/// One column of some rows.
pub struct Column {
    pub values: Values,
    /// The definition level of each place, unless every place has a value.
    pub definition: Vec<i16>,
    /// The repetition level of each place, if the column is inside a list.
    pub repetition: Vec<i16>,
    most_defined: i16,
    listed: bool,
}

/// Rows of one table.
pub struct Rows {
    pub columns: Vec<Column>,
    pub count: usize,
}

/// A row that is being filled, column by column.
pub struct Row<'r> {
    columns: &'r mut [Column],
    next: usize,
    repetition: i16,
}

impl Values {
    fn of(kind: Type) -> Values {
        match kind {
            Type::BOOLEAN => Values::Flags(Vec::new()),
            Type::DOUBLE => Values::Shares(Vec::new()),
            Type::BYTE_ARRAY => Values::Texts(Vec::new(), Vec::new()),
            _ => Values::Numbers(Vec::new()),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Values::Flags(all) => all.len(),
            Values::Numbers(all) => all.len() * 8,
            Values::Shares(all) => all.len() * 8,
            Values::Texts(bytes, ends) => bytes.len() + ends.len() * 8,
        }
    }

    fn append(&mut self, more: Values) {
        match (self, more) {
            (Values::Flags(all), Values::Flags(more)) => all.extend(more),
            (Values::Numbers(all), Values::Numbers(more)) => all.extend(more),
            (Values::Shares(all), Values::Shares(more)) => all.extend(more),
            (Values::Texts(bytes, ends), Values::Texts(more, more_ends)) => {
                ends.extend(more_ends.into_iter().map(|end| bytes.len() + end));
                bytes.extend(more);
            }
            _ => debug_assert!(false, "the columns are those of another table"),
        }
    }
}

impl Column {
    fn new(of: &ColumnDescriptor) -> Column {
        Column {
            values: Values::of(of.physical_type()),
            definition: Vec::new(),
            repetition: Vec::new(),
            most_defined: of.max_def_level(),
            listed: of.max_rep_level() > 0,
        }
    }

    fn place(&mut self, definition: i16, repetition: i16) {
        if self.most_defined > 0 {
            self.definition.push(definition);
        }
        if self.listed {
            self.repetition.push(repetition);
        }
    }
}

impl Rows {
    pub fn new(schema: &SchemaDescriptor) -> Rows {
        Rows { columns: schema.columns().iter().map(|c| Column::new(c)).collect(), count: 0 }
    }

    /// Adds a row; `fill` gives its values in the order of the columns.
    pub fn push(&mut self, fill: impl FnOnce(&mut Row)) {
        let mut row = Row { columns: &mut self.columns, next: 0, repetition: 0 };
        fill(&mut row);
        debug_assert_eq!(row.next, row.columns.len(), "a row has a value for each column");
        self.count += 1;
    }

    pub fn append(&mut self, more: Rows) {
        self.count += more.count;
        for (column, more) in self.columns.iter_mut().zip(more.columns) {
            column.values.append(more.values);
            column.definition.extend(more.definition);
            column.repetition.extend(more.repetition);
        }
    }

    /// How much memory the rows take, nearly.
    pub fn bytes(&self) -> usize {
        let levels = |c: &Column| 2 * (c.definition.len() + c.repetition.len());
        self.columns.iter().map(|c| c.values.bytes() + levels(c)).sum()
    }
}

impl Row<'_> {
    /// The values of the next column, after a place with or without a value was added to it.
    fn next(&mut self, there: bool) -> &mut Values {
        let column = &mut self.columns[self.next];
        self.next += 1;
        column.place(column.most_defined - i16::from(!there), self.repetition);
        &mut column.values
    }

    pub fn number(&mut self, number: impl Into<u64>) {
        self.number_or_none(Some(number));
    }

    /// A number of the column's type: none in a report comes near its limit.
    pub fn number_or_none(&mut self, number: Option<impl Into<u64>>) {
        if let (Values::Numbers(all), Some(number)) = (self.next(number.is_some()), number) {
            all.push(number.into() as i64);
        }
    }

    pub fn share(&mut self, share: f64) {
        self.share_or_none(Some(share));
    }

    pub fn share_or_none(&mut self, share: Option<f64>) {
        if let (Values::Shares(all), Some(share)) = (self.next(share.is_some()), share) {
            all.push(share);
        }
    }

    pub fn flag(&mut self, flag: bool) {
        if let Values::Flags(all) = self.next(true) {
            all.push(flag);
        }
    }

    pub fn text(&mut self, text: &str) {
        self.text_or_none(Some(text));
    }

    pub fn text_or_none(&mut self, text: Option<&str>) {
        if let (Values::Texts(bytes, ends), Some(text)) = (self.next(text.is_some()), text) {
            bytes.extend(text.as_bytes());
            ends.push(bytes.len());
        }
    }

    /// A list; `fill` gives the values of one item.
    pub fn list<T>(&mut self, items: &[T], fill: impl Fn(&mut Row, &T)) {
        let from = self.next;
        let listed = self.columns[from..].iter().take_while(|c| c.listed).count();
        if items.is_empty() {
            self.columns[from..from + listed].iter_mut().for_each(|c| c.place(0, 0));
        }
        for (number, item) in items.iter().enumerate() {
            (self.next, self.repetition) = (from, i16::from(number > 0));
            fill(self, item);
            debug_assert_eq!(self.next, from + listed, "an item has a value for each column");
        }
        (self.next, self.repetition) = (from + listed, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    fn rows() -> Rows {
        let schema = "message t { required int64 n; optional binary t (STRING);
            required group l (LIST) { repeated group list { required group element {
            required int64 x; optional int64 y; } } } required boolean f; }";
        Rows::new(&SchemaDescriptor::new(Arc::new(parse_message_type(schema).unwrap())))
    }

    fn push(rows: &mut Rows, number: u32, text: Option<&str>, list: &[(u32, Option<u32>)]) {
        rows.push(|row| {
            row.number(number);
            row.text_or_none(text);
            row.list(list, |row, (x, y)| {
                row.number(*x);
                row.number_or_none(*y);
            });
            row.flag(number == 1);
        });
    }

    #[test]
    fn levels_say_what_is_missing_and_where_a_list_begins() {
        let mut all = rows();
        push(&mut all, 1, Some("one"), &[(7, None), (8, Some(9))]);
        push(&mut all, 2, None, &[]);
        let mut more = rows();
        push(&mut more, 3, Some("three"), &[(10, Some(11))]);
        all.append(more);
        assert_eq!(all.count, 3);
        let [n, t, x, y, f] = &all.columns[..] else { panic!() };
        assert!(matches!(&n.values, Values::Numbers(all) if *all == [1, 2, 3]));
        assert!(n.definition.is_empty() && n.repetition.is_empty());
        assert!(matches!(&t.values, Values::Texts(b, e) if b == b"onethree" && *e == [3, 8]));
        assert_eq!(t.definition, [1, 0, 1]);
        assert!(matches!(&x.values, Values::Numbers(all) if *all == [7, 8, 10]));
        assert_eq!((&x.definition[..], &x.repetition[..]), (&[1, 1, 0, 1][..], &[0, 1, 0, 0][..]));
        assert!(matches!(&y.values, Values::Numbers(all) if *all == [9, 11]));
        assert_eq!((&y.definition[..], &y.repetition[..]), (&[1, 2, 0, 2][..], &[0, 1, 0, 0][..]));
        assert!(matches!(&f.values, Values::Flags(all) if *all == [true, false, false]));
        assert!(f.definition.is_empty());
        assert!(all.bytes() > 0);
    }
}
