//! `cloudsite check`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use cloudsite_domain::record::{Feature, Layer, Revision};
use cloudsite_domain::validation::{Problem, Severity, Submission};
use cloudsite_store::sqlite::SqliteStore;
use jiff::civil::Date;
use serde_json::json;

use super::answer::{Done, Failure};
use super::{layer, refused};
use crate::import::{Format, ImportOptions, ImportProblem, Refusal, read_file};
use crate::record::{Record, Snapshot};
use crate::validation;

#[derive(Debug, Args)]
pub(super) struct Check {
    /// A file to check against the record; without it, the record itself is checked.
    #[arg(requires = "layer")]
    file: Option<PathBuf>,
    /// The layer that the file's features belong to.
    #[arg(long, value_parser = layer, requires = "file")]
    layer: Option<Layer>,
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// The revision to check; the newest without it.
    #[arg(long, value_name = "REVISION")]
    at: Option<u64>,
    /// The day whose rules count; today without it.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
}

impl Check {
    /// Refused if there is an error among the problems.
    #[expect(clippy::disallowed_methods, reason = "the edge of the process: the rules of today are asked for")]
    pub(super) fn run(self) -> Result<Done, Failure> {
        let day = self.day.unwrap_or_else(|| validation::day_of(jiff::Timestamp::now()));
        let store = SqliteStore::open_read_only(&self.data).map_err(|error| refused(&error))?;
        let record = Record::open(Arc::new(store)).map_err(|error| refused(&error))?;
        let at = self.at.map_or_else(|| record.snapshot().revision(), Revision);
        let snapshot = record.snapshot_at(at).map_err(|error| refused(&error))?;
        let puts = match self.layer {
            Some(layer) => self.read(layer)?,
            None => everything(&snapshot),
        };
        let problems = validation::check(Submission { puts: &puts, ends: &[] }, &snapshot, day);
        let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
        let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
        let sentence = format!(
            "{} features by the rules of {day}: {errors} errors, {warnings} warnings, {notes} notes",
            puts.len()
        );
        if errors > 0 {
            let mut refusal = Refusal::default();
            refusal.extend(problems.iter().map(as_refusal));
            return Err(Failure::Refused { message: sentence, problems: Some(refusal) });
        }
        let lines: Vec<String> = std::iter::once(sentence).chain(problems.iter().map(ToString::to_string)).collect();
        let members = json!({
            "revision": at,
            "day": day,
            "features": puts.len(),
            "warnings": warnings,
            "notes": notes,
            "problems": problems.iter().map(as_json).collect::<Vec<_>>(),
        });
        Ok(Done::new(lines.join("\n"), members))
    }

    fn read(&self, layer: Layer) -> Result<Vec<Feature>, Failure> {
        let Some(file) = self.file.as_ref().filter(|file| file.is_file()) else {
            return Err(Failure::Misused("there is no such file".to_owned()));
        };
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let format =
            Format::of_file(&name).ok_or_else(|| Failure::Misused(format!("{name} is not a file that can be read")))?;
        read_file(file, format, &ImportOptions::for_file(&name, Some(layer)))
            .map_err(|refusal| Failure::Refused { message: refusal.to_string(), problems: Some(refusal) })
    }
}

fn everything(snapshot: &Snapshot) -> Vec<Feature> {
    let layers = Layer::ALL.iter().map(|layer| snapshot.layer(*layer));
    layers.flat_map(|layer| layer.in_code_order().map(|version| version.feature.clone())).collect()
}

fn as_json(problem: &Problem) -> serde_json::Value {
    json!({
        "rule": problem.rule,
        "severity": problem.severity,
        "layer": problem.layer,
        "feature": problem.code,
        "field": problem.field,
        "other": problem.other.as_ref().map(|(_, code)| code),
        "part": problem.place.map(|place| place.part),
        "ring": problem.place.map(|place| place.ring),
        "vertex": problem.place.map(|place| place.vertex),
        "x": problem.place.map(|place| place.at.x),
        "y": problem.place.map(|place| place.at.y),
        "message": problem.message,
        "fix": problem.fix,
    })
}

fn as_refusal(problem: &Problem) -> ImportProblem {
    let fix = problem.fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
    let message = format!("{}: {}{fix}", problem.severity, problem.message);
    ImportProblem::of_feature(problem.code.as_str(), &problem.rule, message)
        .in_field(problem.field.as_deref().unwrap_or_default())
        .at(problem.place)
}
