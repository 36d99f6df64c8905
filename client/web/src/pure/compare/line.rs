//! The lines of the table, and how their cells compare.

use crate::pure::whom::Whom;

/// What is found of a must.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sign {
    /// No must.
    #[default]
    None,
    Pass,
    Fail,
    Unknown,
}

/// What a cell says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing, because nothing is asked.
    #[default]
    Nothing,
    /// It is asked for.
    Waiting,
    /// Nothing, because such a place has none.
    NotApplicable,
    /// Nobody knows, and whom to ask.
    Unknown {
        whom: Whom,
    },
    Known(String),
}

/// One place's answer to one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) sign: Sign,
    pub(crate) said: Said,
    /// What is said below it, smaller: source and date, points.
    pub(crate) notes: Vec<String>,
    /// What it is compared by; none of what is unknown.
    pub(crate) amount: Option<f64>,
}

/// Which amount of a line is plainly the better one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Better {
    /// Neither: that depends.
    #[default]
    Neither,
    More,
    Less,
}

/// A line of the table, with a cell for each place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) better: Better,
    pub(crate) cells: Vec<Cell>,
}

impl Line {
    /// Which cells have the best of the amounts that are known; none where fewer than two are known, or all are the same.
    pub(crate) fn best(&self) -> Vec<bool> {
        let known = || self.cells.iter().filter_map(|cell| cell.amount);
        let (least, most) =
            known().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), at| (least.min(at), most.max(at)));
        let best = match self.better {
            Better::More if most > least => Some(most),
            Better::Less if most > least => Some(least),
            _ => None,
        };
        self.cells.iter().map(|cell| best.is_some() && cell.amount == best).collect()
    }

    /// Whether the places differ in it. Where nothing is asked of one, it is the others that count.
    pub(crate) fn differs(&self) -> bool {
        let mut asked = self.cells.iter().filter(|cell| cell.said != Said::Nothing);
        let Some(first) = asked.next() else { return false };
        asked.any(|cell| (&cell.said, cell.sign) != (&first.said, first.sign))
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::siting::Authority;

    use super::*;

    fn line(better: Better, amounts: &[Option<f64>]) -> Line {
        let cell = |amount: &Option<f64>| Cell {
            said: amount.map_or(Said::Unknown { whom: Whom::Kind(Authority::GridCompany) }, |amount| {
                Said::Known(amount.to_string())
            }),
            amount: *amount,
            ..Cell::default()
        };
        Line { name: String::new(), better, cells: amounts.iter().map(cell).collect() }
    }

    #[test]
    fn the_best_is_marked_only_where_it_is_plain() {
        /// What is better, amounts, and which of them are marked.
        type Case = (Better, &'static [Option<f64>], &'static [bool]);
        let cases: [Case; 6] = [
            (Better::More, &[Some(3.0), Some(5.0), None], &[false, true, false]),
            (Better::Less, &[Some(3.0), Some(5.0), Some(3.0)], &[true, false, true]),
            (Better::Neither, &[Some(3.0), Some(5.0)], &[false, false]),
            (Better::More, &[Some(5.0), Some(5.0)], &[false, false]),
            (Better::More, &[Some(5.0), None], &[false, false]),
            (Better::Less, &[None, None], &[false, false]),
        ];
        for (better, amounts, expected) in cases {
            assert_eq!(line(better, amounts).best(), expected, "{better:?} of {amounts:?}");
        }
    }

    #[test]
    fn what_is_the_same_everywhere_does_not_differ() {
        assert!(!line(Better::More, &[Some(2.0), Some(2.0)]).differs());
        assert!(line(Better::More, &[Some(2.0), None]).differs(), "unknown is not the same as known");
        let mut one = line(Better::More, &[Some(2.0), Some(2.0), None]);
        one.cells[2] = Cell::default();
        assert!(!one.differs(), "of one nothing is asked");
        one.cells[1].sign = Sign::Fail;
        assert!(one.differs(), "the same value, judged otherwise");
        let mut other = line(Better::More, &[Some(2.0), Some(2.0)]);
        other.cells[1] = Cell { said: Said::NotApplicable, ..Cell::default() };
        assert!(other.differs(), "one has it, the other cannot have it");
    }
}
