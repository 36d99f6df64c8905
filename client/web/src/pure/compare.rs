//! Places side by side: which, and what the record says of each, as lines of a table.

use cloudsite_domain::record::{Language, ParcelStatus, SupplyKind};
use cloudsite_domain::units::AreaUnit;
use cloudsite_proto::land::{Parcel, Zone};

use super::facts::{Fact, planning, source_of, status_of, supply, terms};
use super::text::text;

/// As many can be told apart beside each other.
pub(crate) const MOST: usize = 4;

/// Codes of the parcels to compare, in the order in which they were chosen: at most [`MOST`], each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chosen(Vec<String>);

/// There are [`MOST`] already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Chosen {
    /// Reads what a link says. More than can be compared are passed over.
    pub(crate) fn from_link(value: &str) -> Self {
        let mut chosen = Self::default();
        for code in value.split(',').filter(|code| !code.is_empty()) {
            let code = code.replace('/', ",");
            if !chosen.has(&code) && chosen.toggle(&code).is_err() {
                break;
            }
        }
        chosen
    }

    /// As a link says it; none if nothing is chosen. No code has a slash, so it stands for a comma within one.
    pub(crate) fn to_link(&self) -> Option<String> {
        let codes: Vec<_> = self.0.iter().map(|code| code.replace(',', "/")).collect();
        (!codes.is_empty()).then(|| codes.join(","))
    }

    /// The codes.
    pub(crate) fn codes(&self) -> &[String] {
        &self.0
    }

    /// Whether a parcel is among them.
    pub(crate) fn has(&self, code: &str) -> bool {
        self.0.iter().any(|other| other == code)
    }

    /// Adds a parcel, or takes it out if it is there.
    ///
    /// # Errors
    /// [`Full`] if it cannot be added; nothing has changed then.
    pub(crate) fn toggle(&mut self, code: &str) -> Result<(), Full> {
        if self.has(code) {
            self.0.retain(|other| other != code);
        } else if self.0.len() < MOST {
            self.0.push(code.to_owned());
        } else {
            return Err(Full);
        }
        Ok(())
    }
}

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
    /// Nothing, because the question does not arise.
    #[default]
    Nothing,
    /// It is asked for.
    Waiting,
    /// Nobody knows. Whom to ask, if the record names someone.
    Unknown {
        whom: Option<String>,
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

    /// Whether the places differ in it. Where the question does not arise for one, it is the others that count.
    pub(crate) fn differs(&self) -> bool {
        let mut asked = self.cells.iter().filter(|cell| cell.said != Said::Nothing);
        let Some(first) = asked.next() else { return false };
        asked.any(|cell| (&cell.said, cell.sign) != (&first.said, first.sign))
    }
}

/// The fact of a parcel that a row of the brief asks for, by the key of its name; none where the fact says more than the
/// answer does.
pub(crate) fn fact_of(row: &str) -> Option<&'static str> {
    Some(match row {
        "free" => "filter.status",
        "area" => "card.area",
        "plot_ratio" => "card.plot_ratio",
        "height" => "card.height_limit",
        "price" => "card.price",
        "direct" => "card.acquisition",
        "power" => "supply.power",
        "water" => "supply.water",
        "sewage" => "supply.sewage",
        "gas" => "supply.gas",
        "steam" => "supply.steam",
        _ => return None,
    })
}

/// A parcel to compare, as far as it is here.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column<'a> {
    Waiting,
    /// There is none to be had.
    Missing,
    Loaded(&'a Parcel),
}

/// What the record says of each parcel, line by line, without the lines with these keys.
pub(crate) fn facts(
    columns: &[Column<'_>],
    zones: &[Zone],
    (language, unit): (Language, AreaUnit),
    left_out: &[&str],
) -> Vec<Line> {
    let cells: Vec<Option<Vec<(String, Cell)>>> = columns
        .iter()
        .map(|column| match column {
            Column::Loaded(parcel) => Some(all_facts(parcel, zones, language, unit)),
            Column::Waiting | Column::Missing => None,
        })
        .collect();
    let none = |column: &Column<'_>| match column {
        Column::Waiting => Cell { said: Said::Waiting, ..Cell::default() },
        Column::Missing | Column::Loaded(_) => Cell::default(),
    };
    // Every parcel has the same lines, so one of which nothing is known says which.
    let keys = all_facts(&Parcel::default(), zones, language, unit).into_iter().map(|(key, _)| key).enumerate();
    keys.filter(|(_, key)| !left_out.contains(&key.as_str()))
        .map(|(index, key)| Line {
            name: text(language, &key),
            better: Better::Neither,
            cells: columns
                .iter()
                .zip(&cells)
                .map(|(column, cells)| cells.as_ref().map_or_else(|| none(column), |cells| cells[index].1.clone()))
                .collect(),
        })
        .collect()
}

/// All lines of one parcel by their keys, in the order of the card.
fn all_facts(parcel: &Parcel, zones: &[Zone], language: Language, unit: AreaUnit) -> Vec<(String, Cell)> {
    let status = match status_of(parcel) {
        ParcelStatus::Unknown => None,
        known => Some(text(language, &format!("status.{known}"))),
    };
    let status = Fact { key: "filter.status", value: status, note: source_of(parcel, "status", language) };
    let facts = [vec![status], planning(parcel, zones, language, unit), terms(parcel, language, unit)].concat();
    let facts = facts.into_iter().map(|fact| (fact.key.to_owned(), cell_of(parcel, fact, language)));
    let supplies = SupplyKind::ALL.iter().map(|kind| {
        let word = kind.to_string();
        (format!("supply.{word}"), cell_of_supply(parcel, &word, language))
    });
    facts.chain(supplies).collect()
}

fn cell_of(parcel: &Parcel, fact: Fact, language: Language) -> Cell {
    let field = match fact.key {
        "card.height_limit" => "height_limit_m",
        "filter.status" => "status",
        key => key.trim_start_matches("card."),
    };
    // Of an area the note has the other units; one is enough to compare by.
    let note = fact.note.filter(|_| fact.key != "card.area").or_else(|| source_of(parcel, field, language));
    let Some(value) = fact.value else {
        let told = parcel.sources.iter().find(|source| source.fields.iter().any(|other| other == field));
        return unknown(told.map(|told| told.source.as_str()));
    };
    Cell { said: Said::Known(value), notes: note.into_iter().collect(), ..Cell::default() }
}

fn cell_of_supply(parcel: &Parcel, kind: &str, language: Language) -> Cell {
    let told: Vec<_> = parcel.supplies.iter().filter(|supply| supply.kind == kind).collect();
    if told.iter().all(|supply| supply.capacity.is_none()) {
        return unknown(told.first().map(|supply| supply.source.as_str()));
    }
    let lines: Vec<_> = told.into_iter().map(|entry| supply(entry, language)).collect();
    let values: Vec<_> = lines.iter().map(|line| format!("{} {}", line.capacity, line.when)).collect();
    let mut notes: Vec<_> = lines.into_iter().map(|line| line.said).collect();
    notes.dedup();
    Cell { said: Said::Known(values.join(" · ")), notes, ..Cell::default() }
}

fn unknown(whom: Option<&str>) -> Cell {
    let whom = whom.filter(|whom| !whom.is_empty()).map(str::to_owned);
    Cell { said: Said::Unknown { whom }, ..Cell::default() }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::land::{Bounds, Source, Supply};

    use super::*;

    fn line(better: Better, amounts: &[Option<f64>]) -> Line {
        let cell = |amount: &Option<f64>| Cell {
            said: amount.map_or(Said::Unknown { whom: None }, |amount| Said::Known(amount.to_string())),
            amount: *amount,
            ..Cell::default()
        };
        Line { name: String::new(), better, cells: amounts.iter().map(cell).collect() }
    }

    #[test]
    fn up_to_four_are_chosen_each_once() {
        let mut chosen = Chosen::from_link("A,B,A,,C");
        assert_eq!(chosen.codes(), ["A", "B", "C"], "twice is not taken out again");
        assert_eq!((chosen.toggle("D"), chosen.toggle("E")), (Ok(()), Err(Full)));
        assert_eq!(chosen.to_link().as_deref(), Some("A,B,C,D"), "the fifth is refused and changes nothing");
        assert_eq!(chosen.toggle("B"), Ok(()));
        assert_eq!(chosen.to_link().as_deref(), Some("A,C,D"));
        assert_eq!(Chosen::from_link("A,B,C,D,E,F").codes().len(), MOST);
        assert_eq!((Chosen::from_link("").to_link(), Chosen::default().codes().len()), (None, 0));
    }

    #[test]
    fn a_comma_within_a_code_is_none_between_two() {
        let mut chosen = Chosen::default();
        chosen.toggle("WX 1,2").unwrap();
        chosen.toggle("锡新-2028-01").unwrap();
        let link = chosen.to_link().unwrap();
        assert_eq!((link.as_str(), Chosen::from_link(&link)), ("WX 1/2,锡新-2028-01", chosen));
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
    }

    fn find<'a>(lines: &'a [Line], key: &str) -> &'a Line {
        let name = text(Language::En, key);
        lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("no line {name}"))
    }

    #[test]
    fn parcels_stand_beside_each_other_as_on_their_cards() {
        let source = Source {
            fields: vec!["plot_ratio".to_owned(), "height_limit_m".to_owned()],
            source: "Bureau".to_owned(),
            as_of: "2026-03-01".to_owned(),
            ..Source::default()
        };
        let power = Supply {
            kind: "power".to_owned(),
            capacity: Some(6_000.0),
            unit: "kW".to_owned(),
            source: "Grid".to_owned(),
            as_of: "2026-02-01".to_owned(),
            ..Supply::default()
        };
        let later = Supply { capacity: Some(12_000.0), from: "2028-07-01".to_owned(), ..power.clone() };
        let rich = Parcel {
            area_m2: 20_000.0,
            status: "available".to_owned(),
            plot_ratio: Some(Bounds { min: None, max: Some(2.5) }),
            supplies: vec![power.clone(), later],
            sources: vec![source],
            ..Parcel::default()
        };
        let asked_in_vain = Supply { capacity: None, ..power };
        let poor = Parcel { area_m2: 10_000.0, supplies: vec![asked_in_vain], ..Parcel::default() };
        let columns = [Column::Loaded(&rich), Column::Loaded(&poor), Column::Waiting, Column::Missing];
        let lines = facts(&columns, &[], (Language::En, AreaUnit::Hectare), &["card.price"]);

        let said = |key: &str| find(&lines, key).cells.iter().map(|cell| cell.said.clone()).collect::<Vec<_>>();
        let known = |value: &str| Said::Known(value.to_owned());
        let nobody = Said::Unknown { whom: None };
        assert_eq!(said("card.area"), [known("2.00 ha"), known("1.00 ha"), Said::Waiting, Said::Nothing]);
        assert_eq!(said("filter.status")[..2], [known("Available"), nobody.clone()]);
        assert_eq!(said("card.plot_ratio")[..2], [known("≤ 2.5"), nobody]);
        assert_eq!(find(&lines, "card.plot_ratio").cells[0].notes, ["Bureau, 2026-03-01"]);
        assert_eq!(said("card.height_limit")[0], Said::Unknown { whom: Some("Bureau".to_owned()) }, "whom to ask");
        let power = said("supply.power");
        assert_eq!(power[0], known("6,000 kW there already · 12,000 kW from 2028-07-01"));
        assert_eq!(power[1], Said::Unknown { whom: Some("Grid".to_owned()) });
        assert_eq!(find(&lines, "supply.power").cells[0].notes, ["Grid, 2026-02-01"]);
        assert!(lines.iter().all(|line| line.name != text(Language::En, "card.price")), "what is left out");
        assert!(lines.iter().all(|line| line.cells.len() == columns.len()));
    }

    #[test]
    fn every_fact_that_a_row_stands_for_is_one() {
        let keys: Vec<_> =
            all_facts(&Parcel::default(), &[], Language::En, AreaUnit::Mu).into_iter().map(|(key, _)| key).collect();
        for (row, _) in crate::pure::brief::ROWS {
            let fact = fact_of(row);
            assert!(fact.is_none_or(|fact| keys.iter().any(|key| key == fact)), "{row}: {fact:?}");
        }
        assert_eq!(fact_of("tenure"), None, "the years do not say whether it is granted or let");
    }
}
