//! `cloudsite audit`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use cloudsite_domain::audit::{Checkpoint, Event, Link, Milestone};
use cloudsite_domain::record::Revision;
use cloudsite_store::Store;
use cloudsite_store::sqlite::SqliteStore;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Done, Failure};
use super::refused;
use crate::audit::{VerifyError, verify};
use crate::disclosure::{Summary, policy, summaries};
use crate::import::{ImportProblem, Refusal};

#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check that the audit log and the record are what was sealed, to the last byte.
    Verify(Verify),
    /// Write the newest events of the audit log, oldest first.
    List(List),
    /// Write how much area each organisation has been given.
    Disclosures(Disclosures),
}

#[derive(Debug, Args)]
struct Verify {
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// What an earlier `audit verify --json` has written, kept where nobody could change it.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct List {
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// How many events.
    #[arg(long, default_value_t = 50)]
    limit: u64,
}

#[derive(Debug, Args)]
struct Disclosures {
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
}

impl Disclosures {
    fn run(self) -> Result<Done, Failure> {
        let store = SqliteStore::open_read_only(&self.data).map_err(|error| refused(&error))?;
        let all = summaries(&store).map_err(|error| refused(&error))?;
        let most_km2 = policy().extent().most_km2;
        let mut lines = String::new();
        for one in &all {
            let area_km2: f64 = one.area_km2.values().sum();
            let contiguous_km2 = one.contiguous_km2;
            // Writing to a text cannot fail.
            let _ = write!(lines, "{}: {area_km2:.2} km², {contiguous_km2:.2} km² together", one.organisation);
            let _ = match &one.refused {
                Some(refused) => {
                    writeln!(lines, "; {} replies were refused, last {:.0}", refused.refusals, refused.last_at)
                }
                None => writeln!(lines),
            };
        }
        let sentence = format!("{lines}{} organisations; at most {most_km2} km² together", all.len());
        let disclosures: Vec<Value> = all.iter().map(summary_json).collect();
        Ok(Done::new(sentence, json!({ "disclosures": disclosures, "most_km2": most_km2 })))
    }
}

fn summary_json(one: &Summary) -> Value {
    json!({
        "organisation": one.organisation,
        "area_km2": one.area_km2,
        "contiguous_km2": one.contiguous_km2,
        "first_at": one.span.map(|(first, _)| first.to_string()),
        "last_at": one.span.map(|(_, last)| last.to_string()),
        "refusals": one.refused.as_ref().map_or(0, |refused| refused.refusals),
        "refused_at": one.refused.as_ref().map(|refused| refused.last_at.to_string()),
    })
}

impl Audit {
    pub(super) fn run(self) -> Result<Done, Failure> {
        match self.command {
            Command::Verify(verify) => verify.run(),
            Command::List(list) => list.run(),
            Command::Disclosures(disclosures) => disclosures.run(),
        }
    }
}

impl Verify {
    fn run(self) -> Result<Done, Failure> {
        let kept = self.against.as_deref().map(read_kept).transpose()?.flatten();
        let store = SqliteStore::open_read_only(&self.data).map_err(|error| refused(&error))?;
        let verified = verify(&store, kept.into_iter().collect()).map_err(failure)?;
        let newest = store.checkpoints(0).map_err(|error| refused(&error))?.pop();
        let sentence = format!(
            "The audit log is whole: {} events, {} checkpoints, {} revisions; the last hash is {}",
            verified.events, verified.checkpoints, verified.revisions, verified.last.hash
        );
        let members = json!({
            "events": verified.events,
            "checkpoints": verified.checkpoints,
            "revisions": verified.revisions,
            "last_hash": verified.last.hash.to_string(),
            "checkpoint": newest.as_ref().map(Kept::of),
        });
        Ok(Done::new(sentence, members))
    }
}

/// Why a log is not found good, with the places.
pub(super) fn failure(error: VerifyError) -> Failure {
    let message = error.to_string();
    let VerifyError::Faults(faults) = error else { return refused(&error) };
    let mut problems = Refusal::default();
    problems.extend(faults.iter().map(|fault| ImportProblem::of_feature(&place(fault), fault.rule(), fault)));
    Failure::Refused { message, problems: Some(problems) }
}

/// Where a fault is, in two words.
fn place(fault: &cloudsite_domain::audit::Fault) -> String {
    use cloudsite_domain::audit::Fault;
    match fault {
        Fault::EventMissing { first: sequence, .. }
        | Fault::EventOutOfOrder { expected: sequence, .. }
        | Fault::EndMissing { last: sequence, .. }
        | Fault::EventChanged { sequence }
        | Fault::EventUnlinked { sequence, .. }
        | Fault::RevisionOutOfOrder { sequence, .. } => format!("event {sequence}"),
        Fault::EventsExchanged { sequence, .. }
        | Fault::CheckpointForged { sequence }
        | Fault::CheckpointKeyUnknown { sequence, .. } => format!("checkpoint {sequence}"),
        Fault::RevisionUnlogged { revision }
        | Fault::RevisionMissing { revision, .. }
        | Fault::RevisionChanged { revision, .. } => format!("revision {revision}"),
        Fault::VersionChanged { revision, layer, code } => format!("{layer} {code}, revision {revision}"),
    }
}

/// A checkpoint as an auditor keeps it.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    sequence: u64,
    hash: String,
    revision: u64,
    at: String,
    key: String,
    signature: String,
}

impl Kept {
    fn of(checkpoint: &Checkpoint) -> Self {
        let Milestone { link, revision, at } = checkpoint.milestone;
        Self {
            sequence: link.sequence,
            hash: link.hash.to_string(),
            revision: revision.0,
            at: at.to_string(),
            key: checkpoint.key.to_string(),
            signature: checkpoint.signature_hex(),
        }
    }

    fn read(&self) -> Result<Checkpoint, Failure> {
        fn field<T, E: ToString>(name: &str, read: Result<T, E>) -> Result<T, Failure> {
            read.map_err(|error| Failure::Misused(format!("checkpoint.{name}: {}", error.to_string())))
        }
        let link = Link { sequence: self.sequence, hash: field("hash", self.hash.parse())? };
        Ok(Checkpoint {
            milestone: Milestone { link, revision: Revision(self.revision), at: field("at", self.at.parse())? },
            key: field("key", self.key.parse())?,
            signature: field("signature", Checkpoint::read_signature(&self.signature))?,
        })
    }
}

/// The member of a kept answer that is looked at.
#[derive(Debug, Deserialize)]
struct Answer {
    checkpoint: Option<Kept>,
}

fn read_kept(path: &Path) -> Result<Option<Checkpoint>, Failure> {
    let misused = |error: &dyn std::fmt::Display| Failure::Misused(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| misused(&error))?;
    let answer: Answer = serde_json::from_str(&text).map_err(|error| misused(&error))?;
    answer.checkpoint.map(|kept| kept.read()).transpose()
}

impl List {
    fn run(self) -> Result<Done, Failure> {
        let store = SqliteStore::open_read_only(&self.data).map_err(|error| refused(&error))?;
        let last = store.log_head().map_err(|error| refused(&error))?.sequence;
        let (mut lines, mut events) = (String::new(), Vec::new());
        let listed = store.events(last.saturating_sub(self.limit) + 1..=last, &mut |event| {
            let happening = &event.happening;
            // Writing to a text cannot fail.
            let _ = writeln!(
                lines,
                "{:>8}  {:.0}  {}  {}  {}",
                event.sequence, happening.at, happening.action, happening.actor.label, happening.subject
            );
            events.push(to_json(&event));
            Ok(())
        });
        listed.map_err(|error| refused(&error))?;
        Ok(Done::new(format!("{lines}{} of {last} events", events.len()), json!({ "events": events, "last": last })))
    }
}

fn to_json(event: &Event) -> Value {
    let happening = &event.happening;
    json!({
        "sequence": event.sequence,
        "at": happening.at.to_string(),
        "actor": happening.actor.label,
        "organisation": happening.actor.organisation,
        "action": happening.action,
        "subject": happening.subject,
        "detail": happening.detail,
        "previous": event.previous.to_string(),
        "hash": event.hash.to_string(),
    })
}
