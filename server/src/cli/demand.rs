//! `cloudsite demand`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use cloudsite_domain::siting::demand::{Figure, Quarter, Report, ReportRow};
use cloudsite_store::demand::DemandStore;
use cloudsite_store::sqlite::SqliteStore;
use serde_json::{Value, json};

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
        let report = Report::of(&counted);
        let mut lines = String::new();
        for row in &report.rows {
            // Writing to a text cannot fail.
            let _ = writeln!(
                lines,
                "{}, {}: kept {} briefs out, {} of them from everywhere",
                row.zone.as_ref().map_or("in no zone", |zone| zone.as_str()),
                row.subject,
                words(row.briefs),
                words(row.unanswered)
            );
        }
        let (briefs, unanswered) = (words(report.briefs), words(report.unanswered));
        let sentence = format!("{lines}{briefs} briefs in {quarter}, {unanswered} of them suited by no place");
        let needs: Vec<Value> = report.rows.iter().map(row_json).collect();
        let members = json!({
            "quarter": quarter.to_string(),
            "briefs": report.briefs.told(),
            "unanswered": report.unanswered.told(),
            "needs": needs,
        });
        Ok(Done::new(sentence, members))
    }
}

/// A figure for people.
fn words(figure: Figure) -> String {
    figure.told().map_or_else(|| "<3".to_owned(), |briefs| briefs.to_string())
}

/// A row for programs; a figure of one or two briefs is null.
fn row_json(row: &ReportRow) -> Value {
    let classes = row.classes.iter();
    let classes = classes.map(|(class, briefs)| json!({ "from": class.from(), "to": class.to(), "briefs": briefs }));
    json!({
        "zone": row.zone,
        "need": row.subject.as_str(),
        "briefs": row.briefs.told(),
        "unanswered": row.unanswered.told(),
        "classes": classes.collect::<Vec<_>>(),
    })
}
