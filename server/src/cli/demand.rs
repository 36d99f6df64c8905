//! `cloudsite demand`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use cloudsite_domain::siting::demand::{Class, Figure, NeedRow, Quarter, Report};
use cloudsite_store::Store;
use cloudsite_store::demand::DemandStore;
use cloudsite_store::sqlite::SqliteStore;
use serde_json::{Map, Value, json};

use super::answer::{Done, Failure};
use super::refused;
use crate::identity::system_clock;
use crate::validation::day_of;

#[derive(Debug, Args)]
pub(super) struct Demand {
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// The quarter, such as 2026-Q4; the present one if none is given.
    #[arg(long, value_name = "QUARTER")]
    quarter: Option<Quarter>,
}

impl Demand {
    pub(super) fn run(self) -> Result<Done, Failure> {
        let quarter = self.quarter.unwrap_or_else(|| Quarter::of(day_of(system_clock()())));
        let store = SqliteStore::open_read_only(&self.data).map_err(|error| refused(&error))?;
        let counted = store.demand(quarter.days()).map_err(|error| refused(&error))?;
        let revision = store.head().map_err(|error| refused(&error))?;
        let report = Report::of(&counted);
        let mut lines = String::new();
        let mut line = |place: &str, row: &NeedRow| {
            let (refused, briefs) = (words(row.refused), words(row.briefs));
            // Writing to a text cannot fail.
            let _ = writeln!(lines, "{place}, {}: refused {refused} briefs, kept {briefs} out of places", row.subject);
        };
        report.park.iter().for_each(|row| line("park", row));
        for zone in &report.zones {
            line(zone.zone.as_ref().map_or("in no zone", |zone| zone.as_str()), &zone.row);
        }
        let (briefs, unmet) = (words(report.briefs), words(report.refused));
        let sentence = format!("{lines}{briefs} briefs in {quarter}, {unmet} of them refused by every place");
        let park: Vec<Value> = report.park.iter().map(|row| Value::Object(row_json(row))).collect();
        let needs = report.zones.iter().map(|zone| {
            let mut row = row_json(&zone.row);
            row.insert("zone".to_owned(), json!(zone.zone));
            Value::Object(row)
        });
        let members = json!({
            "quarter": quarter.to_string(),
            "revision": revision.0,
            "briefs": figure_json(report.briefs),
            "refused": figure_json(report.refused),
            "park": park,
            "needs": needs.collect::<Vec<_>>(),
        });
        Ok(Done::new(sentence, members))
    }
}

/// A figure for people.
fn words(figure: Figure) -> String {
    match (figure.least(), figure.most()) {
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least}-{most}"),
    }
}

/// A figure for programs.
fn figure_json(figure: Figure) -> Value {
    json!({ "least": figure.least(), "most": figure.most() })
}

/// A row for programs.
fn row_json(row: &NeedRow) -> Map<String, Value> {
    let class = |(class, briefs): &(Class, Figure)| json!({ "from": class.from(), "to": class.to(), "briefs": figure_json(*briefs) });
    Map::from_iter([
        ("need".to_owned(), json!(row.subject.as_str())),
        ("briefs".to_owned(), figure_json(row.briefs)),
        ("refused".to_owned(), figure_json(row.refused)),
        ("classes".to_owned(), row.classes.iter().map(class).collect()),
    ])
}
