//! Deciding: a changeset checked, approved, turned down, published.

use std::collections::BTreeMap;

use cloudsite_domain::audit::Action;
use cloudsite_domain::changeset::{Changeset, Decision, Item, LONGEST_REASON, State, Validation};
use cloudsite_domain::record::{Feature, Revision};
use cloudsite_domain::validation::{Problem, Severity};
use cloudsite_proto::change as wire;
use cloudsite_store::changeset::{ChangesetWrite, Deed, ItemChanges};
use cloudsite_store::{Cause, Commit, StoreError};
use tonic::Code;

use super::draft::{self, Brought, FeatureConflicts};
use super::{Api, Caller, deciding, parse};
use crate::grpc::Refusal;
use crate::record::Snapshot;
use crate::validation;

/// How often a publication is thought over again because someone else wrote in between.
const MOST_TRIES: usize = 5;

/// How much of what is in the way is said in a refusal; lists say all.
const MOST_SAID: usize = 50;

impl Api {
    pub(crate) fn validate_changeset(
        &self,
        caller: &Caller,
        request: wire::ValidateChangesetRequest,
    ) -> Result<wire::ValidateChangesetResponse, Refusal> {
        let _place = self.large()?;
        let changeset = self.open("name", &request.name, &request.etag)?;
        let (before, at) = (changeset.state, self.now());
        let snapshot = self.0.record.snapshot();
        let mut items = self.store().all_items(changeset.id)?;
        let (validation, problems) = self.check(&mut items, &snapshot, at)?;
        let write = deciding(before, changeset.validated(validation)?, caller.did("validated", at), "");
        let written = self.store().write_changeset(ChangesetWrite { problems: Some(problems), ..write })?;
        Ok(wire::ValidateChangesetResponse { changeset: Some(self.shown(&written)?) })
    }

    /// What is wrong with items once they are brought to a snapshot, by the rules of today, the worst first.
    pub(super) fn check(
        &self,
        items: &mut [Item],
        snapshot: &Snapshot,
        at: jiff::Timestamp,
    ) -> Result<(Validation, Vec<Problem>), StoreError> {
        let day = validation::day_of(at);
        let is_on = |item: &Item| item.is_on(draft::now(snapshot, item.layer, &item.code).as_ref());
        let problems = if items.iter().all(is_on) {
            draft::check(items, snapshot, day)
        } else {
            let store = self.0.record.store().as_ref();
            let mut brought = draft::brought(store, snapshot, items.to_vec(), &BTreeMap::new())?;
            let mut problems: Vec<Problem> = draft::as_problems(&brought.conflicts).collect();
            problems.extend(draft::check(&mut brought.items, snapshot, day));
            problems
        };
        Ok((Validation::of(&problems, at, snapshot.revision(), day), problems))
    }

    pub(crate) fn approve_changeset(
        &self,
        caller: &Caller,
        request: wire::ApproveChangesetRequest,
    ) -> Result<wire::ApproveChangesetResponse, Refusal> {
        if request.etag.is_empty() {
            return Err(Refusal::field("etag", "it must be given: what is approved is what was seen"));
        }
        let reason = parse::text("reason", &request.reason, 0, LONGEST_REASON)?;
        let changeset = self.open("name", &request.name, &request.etag)?;
        let (before, at) = (changeset.state, self.now());
        let approved = changeset.approved(&caller.person, at)?;
        let written = self.store().write_changeset(deciding(before, approved, caller.did("approved", at), &reason))?;
        Ok(wire::ApproveChangesetResponse { changeset: Some(self.shown(&written)?) })
    }

    pub(crate) fn reject_changeset(
        &self,
        caller: &Caller,
        request: wire::RejectChangesetRequest,
    ) -> Result<wire::RejectChangesetResponse, Refusal> {
        let reason = parse::text("reason", &request.reason, 1, LONGEST_REASON)?;
        let changeset = self.open("name", &request.name, &request.etag)?;
        let (before, at) = (changeset.state, self.now());
        let rejected = changeset.rejected(at)?;
        let written = self.store().write_changeset(deciding(before, rejected, caller.did("rejected", at), &reason))?;
        Ok(wire::RejectChangesetResponse { changeset: Some(self.shown(&written)?) })
    }

    pub(crate) fn publish_changeset(
        &self,
        caller: &Caller,
        request: wire::PublishChangesetRequest,
    ) -> Result<wire::PublishChangesetResponse, Refusal> {
        let _place = self.large()?;
        let mut tries = 0;
        loop {
            tries += 1;
            let changeset = self.open("name", &request.name, "")?;
            if changeset.state == State::Published {
                return Ok(wire::PublishChangesetResponse { changeset: Some(self.shown(&changeset)?), merged: 0 });
            }
            let changeset = self.open("name", &request.name, &request.etag)?;
            match self.publish(caller, changeset) {
                Ok((published, merged)) => {
                    let changeset = Some(self.shown(&published)?);
                    return Ok(wire::PublishChangesetResponse { changeset, merged });
                }
                Err(Refusal::Store(StoreError::HeadMoved { .. })) if tries < MOST_TRIES => {}
                Err(refusal) => return Err(refusal),
            }
        }
    }

    /// One try on the record as it is now, with how many features were merged.
    fn publish(&self, caller: &Caller, changeset: Changeset) -> Result<(Changeset, u64), Refusal> {
        let at = self.now();
        changeset.clone().published(Revision(0), at)?;
        let snapshot = self.0.record.snapshot();
        let items = self.store().all_items(changeset.id)?;
        let mut brought = draft::brought(self.0.record.store().as_ref(), &snapshot, items, &BTreeMap::new())?;
        if !brought.conflicts.is_empty() {
            return Err(in_conflict(&brought.conflicts));
        }
        let day = validation::day_of(at);
        let as_checked = |found: &Validation| found.revision == snapshot.revision() && found.day == day;
        if !changeset.validation.as_ref().is_some_and(as_checked) {
            refuse_errors(&draft::check(&mut brought.items, &snapshot, day))?;
        }
        let merged = brought.merged;
        let (commit, write) = publication(changeset, brought, &snapshot, caller.did("published", at));
        let written = self.0.record.write_by(|| Ok::<_, Refusal>(self.store().publish_changeset(commit, write)?));
        written.map(|(_, published)| (published, merged))
    }
}

/// The revision that a changeset becomes, and how the changeset is written with it.
fn publication(changeset: Changeset, brought: Brought, snapshot: &Snapshot, deed: Deed) -> (Commit, ChangesetWrite) {
    let editors = changeset.editors.values().cloned().collect::<Vec<_>>().join(", ");
    let detail = [("edited_by", editors), ("merged", brought.merged.to_string())];
    let detail = detail.map(|(name, text)| (name.to_owned(), text)).into();
    let items = if brought.merged > 0 { ItemChanges::All(brought.items.clone()) } else { ItemChanges::None };
    let (mut puts, mut ends): (Vec<Feature>, Vec<_>) = (Vec::with_capacity(brought.items.len()), Vec::new());
    for item in brought.items {
        match item.put {
            Some(feature) => puts.push(feature),
            None => ends.push((item.layer, item.code)),
        }
    }
    let commit = Commit {
        author: deed.actor.label.clone(),
        message: changeset.title.clone(),
        at: deed.at,
        expected_head: Some(snapshot.revision()),
        puts,
        ends,
        cause: Cause {
            organisation: deed.actor.organisation.clone(),
            detail,
            ..Cause::new(Action::Publish, format!("changesets/{}", changeset.id))
        },
    };
    let decision =
        Decision { state: State::Published, actor: deed.actor.label.clone(), at: deed.at, reason: String::new() };
    let write = ChangesetWrite { items, decision: Some(decision), ..ChangesetWrite::of(changeset, deed) };
    (commit, write)
}

fn in_conflict(conflicts: &[FeatureConflicts]) -> Refusal {
    let all = conflicts.iter().flat_map(|(layer, code, conflicts)| {
        conflicts.iter().map(move |conflict| {
            let said =
                |value: &Option<serde_json::Value>| value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
            let (base, ours, theirs) = (said(&conflict.base), said(&conflict.ours), said(&conflict.theirs));
            let what = format!("it was {base}; the changeset says {ours}, the record by now {theirs}");
            (format!("{layer}/{code} {}", conflict.path), what)
        })
    });
    let count = conflicts.iter().map(|(.., conflicts)| conflicts.len()).sum::<usize>();
    let violations: Vec<_> = all.take(MOST_SAID).collect();
    let first = violations.first().map(|(subject, what)| format!("{subject}: {what}")).unwrap_or_default();
    Refusal::InTheWay {
        code: Code::Aborted,
        reason: "CONFLICT",
        message: format!(
            "the record has changed {count} of the same attributes meanwhile; rebase to decide them. {first}"
        ),
        violations,
    }
}

fn refuse_errors(problems: &[Problem]) -> Result<(), Refusal> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let count = errors.clone().count();
    if count == 0 {
        return Ok(());
    }
    let said = |problem: &Problem| (format!("{}/{}", problem.layer, problem.code), problem.to_string());
    let violations: Vec<_> = errors.take(MOST_SAID).map(said).collect();
    let first = violations.first().map(|(_, what)| what.clone()).unwrap_or_default();
    Err(Refusal::InTheWay {
        code: Code::FailedPrecondition,
        reason: "PROBLEMS",
        message: format!("it has {count} errors on the newest revision; validate it again. {first}"),
        violations,
    })
}
