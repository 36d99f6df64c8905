//! Measurements, each against its goal and, where there is one, against the software people would take instead.

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

mod generated;
mod sfu;
mod size;
mod tiles;
mod viewer;

/// What can be measured.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Name {
    /// Queries, writes and watchers of the record, beside PostgreSQL with PostGIS.
    Record,
    /// The media plane: CPU, delay, memory and joining, beside Janus.
    Sfu,
    /// Briefs among a thousand parcels and among very many, beside the same predicates in PostgreSQL.
    Siting,
    /// What the browser downloads.
    Size,
    /// Tiles and bounding-box queries a second.
    Tiles,
    /// Frame time of the viewer in the browser.
    Viewer,
}

/// One measured thing.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Row {
    /// What.
    pub(crate) name: String,
    /// In which unit.
    pub(crate) unit: String,
    /// Measured here.
    pub(crate) ours: f64,
    /// Measured with the peer in the same run.
    pub(crate) peer: Option<f64>,
    /// Who that is.
    pub(crate) peer_name: Option<String>,
    /// Ours divided by the peer's.
    pub(crate) ratio: Option<f64>,
    /// What has to be reached, in words.
    pub(crate) goal: Option<String>,
    /// Whether it is.
    pub(crate) met: Option<bool>,
}

/// All that one bench measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// One a measured thing.
    pub(crate) rows: Vec<Row>,
}

/// Measures and prints.
pub(crate) fn run(name: Name, json: bool, parcels: u64) -> Result<()> {
    let report = match name {
        Name::Record => generated::measure("bench-record", parcels)?,
        Name::Sfu => sfu::measure()?,
        Name::Siting => generated::measure("bench-siting", parcels)?,
        Name::Size => size::measure()?,
        Name::Tiles => tiles::measure(parcels)?,
        Name::Viewer => viewer::measure()?,
    };
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", table(&report));
    }
    Ok(())
}

/// The report as aligned columns.
fn table(report: &Report) -> String {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
    let mut lines = vec![["", "unit", "ours", "peer", "ratio", "goal", "met"].map(str::to_owned)];
    lines.extend(report.rows.iter().map(|row| {
        let peer = row.peer_name.as_ref().map_or_else(String::new, |name| format!("{} {name}", number(row.peer)));
        let met = row.met.map_or("", |met| if met { "yes" } else { "NO" });
        [
            row.name.clone(),
            row.unit.clone(),
            number(Some(row.ours)),
            peer,
            number(row.ratio),
            row.goal.clone().unwrap_or_default(),
            met.to_owned(),
        ]
    }));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_readable_by_people_and_programs() {
        let row = Row {
            name: "viewer".to_owned(),
            unit: "MB".to_owned(),
            ours: 4.5,
            goal: Some("<= 5".to_owned()),
            met: Some(true),
            ..Row::default()
        };
        let report = Report { rows: vec![row] };
        assert_eq!(
            table(&report),
            "        unit  ours   peer  ratio  goal  met\nviewer  MB    4.500               <= 5  yes\n"
        );
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["rows"][0]["ours"], 4.5);
        assert!(json["rows"][0]["peer"].is_null());
    }
}
