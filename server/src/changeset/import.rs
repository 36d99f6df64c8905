//! One import into a changeset, from the file to the transaction that ends it.

use std::collections::BTreeMap;

use cloudsite_domain::changeset::{Changeset, ChangesetId, Item, Person, State};
use cloudsite_domain::record::{ChangeKind, Code, Feature, Layer};
use cloudsite_proto::change as wire;
use cloudsite_store::StoreError;
use cloudsite_store::changeset::{ChangesetError, ChangesetWrite, ItemChanges};
use cloudsite_store::imports::{Ending, Mapping, Operation, OperationState};

use super::draft::{Draft, drafted};
use super::edit::new_changeset;
use super::operations::outcome;
use super::upload::Plan;
use super::{Api, Caller, convert, deciding};
use crate::grpc::Refusal;
use crate::import::{self, ImportError, ImportOptions, ImportProblem, read_with_columns};

/// How often an import is written again because its changeset was edited meanwhile.
const MOST_TRIES: usize = 5;

/// Why an import has no end yet.
#[derive(Debug)]
pub(super) enum Stopped {
    /// It was cancelled, or the server stops.
    Told,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Says how far an import is: a step, how many features are done, of how many. False tells it to stop.
pub(super) type Report<'a> = &'a dyn Fn(&'static str, u64, u64) -> bool;

fn step(report: Report<'_>, name: &'static str, total: u64) -> Result<(), Stopped> {
    if report(name, 0, total) { Ok(()) } else { Err(Stopped::Told) }
}

/// A file, and where it goes.
struct File<'a> {
    name: &'a str,
    /// The layer of which it holds all.
    complete: Option<Layer>,
    /// The title of a changeset that is begun; empty is made of the name.
    title: String,
    /// The changeset that it goes into, if it is one that is there.
    target: Option<Changeset>,
}

/// What is drafted from a file, and what to say of it.
struct Imported {
    write: ChangesetWrite,
    result: wire::ImportResult,
}

impl Imported {
    /// Whether there is nothing to change, and so no changeset to begin.
    fn is_empty(&self) -> bool {
        let nothing = matches!(&self.write.items, ItemChanges::All(items) if items.is_empty());
        nothing && self.write.changeset.id == ChangesetId(0)
    }
}

impl Api {
    /// Runs an operation to its end. Blocks.
    pub(super) fn import(&self, operation: &Operation, report: Report<'_>) -> Result<(), Stopped> {
        let mut tries = 0;
        loop {
            tries += 1;
            let ending = match self.prepare(operation, report) {
                Ok(ending) => ending,
                Err(Failed::Stopped(stopped)) => return Err(stopped),
                Err(Failed::Refused(refusal)) => self.refused(&refusal),
            };
            let succeeded = ending.succeeded;
            match self.store().end_operation(operation.id, ending) {
                Ok(_) if succeeded => {
                    self.store().delete_upload(operation.upload).map_err(stopped)?;
                    self.0.uploads.remove(operation.upload);
                    return Ok(());
                }
                Ok(_) | Err(ChangesetError::OperationOver(_)) => return Ok(()),
                Err(ChangesetError::Moved { .. } | ChangesetError::Unknown(_)) if tries < MOST_TRIES => {}
                Err(error) => return Err(stopped(error)),
            }
        }
    }

    fn refused(&self, refusal: &import::Refusal) -> Ending {
        let said = wire::Operation {
            message: refusal.to_string(),
            problems: refusal.problems.iter().map(convert::file_problem).collect(),
            problem_count: refusal.count,
            ..wire::Operation::default()
        };
        Ending { succeeded: false, outcome: outcome(&said), at: self.now(), write: None, mapping: None }
    }

    fn prepare(&self, operation: &Operation, report: Report<'_>) -> Result<Ending, Failed> {
        let plan = Plan::read(&operation.plan, &operation.file_name)?;
        let caller = Caller {
            person: operation.owner.clone(),
            actor: cloudsite_domain::audit::Actor {
                label: operation.owner.label.clone(),
                organisation: operation.organisation.clone(),
            },
        };
        step(report, "reading", 0)?;
        let path = self.0.uploads.path(operation.upload);
        let store = self.0.record.store().as_ref();
        let (features, columns) = read_with_columns(store, &path, plan.format, &plan.options)?;
        let layer = plan.options.layer.unwrap_or(Layer::Parcel);
        let file = File {
            name: &operation.file_name,
            complete: plan.request.complete.then_some(layer),
            title: plan.request.title.trim().to_owned(),
            target: self.target(&plan, &operation.owner)?,
        };
        let imported = self.imported(&caller, features, file, report)?;
        step(report, "writing", 0)?;
        let at = self.now();
        let mapping = Mapping { id: 0, layer, columns, mapping: plan.options.mapping, used_at: at };
        let said = wire::Operation {
            message: sentence(&imported.result),
            import: Some(imported.result.clone()),
            ..wire::Operation::default()
        };
        let write = (!imported.is_empty()).then_some(imported.write);
        let mapping = (!mapping.mapping.is_empty()).then_some(mapping);
        Ok(Ending { succeeded: true, outcome: outcome(&said), at, write, mapping })
    }

    /// Makes a changeset of what features of a file change, and says what came of it. For a process that is alone with the
    /// record.
    pub(crate) fn draft_file(
        &self,
        caller: &Caller,
        features: Vec<Feature>,
        file_name: &str,
        complete: Option<Layer>,
    ) -> Result<wire::ImportResult, ImportError> {
        let interrupted = |stopped| match stopped {
            Stopped::Store(error) => ImportError::Store(error),
            Stopped::Told => ImportError::Store(StoreError::Busy),
        };
        let file = File { name: file_name, complete, title: String::new(), target: None };
        let imported = self.imported(caller, features, file, &|_, _, _| true).map_err(|failed| match failed {
            Failed::Refused(refusal) => ImportError::Refused(refusal),
            Failed::Stopped(told) => interrupted(told),
        })?;
        if imported.is_empty() {
            return Ok(imported.result);
        }
        let made = self.store().write_changeset(imported.write).map_err(|error| interrupted(stopped(error)))?;
        Ok(wire::ImportResult { changeset: format!("changesets/{}", made.id), ..imported.result })
    }

    /// The draft that a file goes into, if it is one that is there.
    fn target(&self, plan: &Plan, owner: &Person) -> Result<Option<Changeset>, Failed> {
        if plan.request.changeset.is_empty() {
            return Ok(None);
        }
        let refuse = |message: String| import::Refusal::from(ImportProblem::of_file("changeset.open", message));
        match self.open("changeset", &plan.request.changeset, "") {
            Ok(changeset) => match changeset.clone().edited(owner, self.now()) {
                Ok(_) => Ok(Some(changeset)),
                Err(refused) => Err(refuse(format!("changeset {}: {refused}", changeset.id)).into()),
            },
            Err(Refusal::Store(error)) => Err(Failed::Stopped(error.into())),
            Err(_) => Err(refuse(format!("{} is there no longer", plan.request.changeset)).into()),
        }
    }

    /// What features of a file make of a changeset, checked by the rules of today. Nothing is written.
    fn imported(
        &self,
        caller: &Caller,
        features: Vec<Feature>,
        file: File<'_>,
        report: Report<'_>,
    ) -> Result<Imported, Failed> {
        let total = features.len() as u64;
        step(report, "comparing", total)?;
        let snapshot = self.0.record.snapshot();
        let tell = |done: u64| _ = report("comparing", done, total);
        let stem = ImportOptions::for_file(file.name, None).file_stem;
        let drafted = drafted(&snapshot, features, &stem, file.complete, &caller.person.label, &tell)?;
        let result = counted(&drafted);
        let at = self.now();
        let (before, changeset, mut items) = match file.target {
            None => {
                let title = if file.title.is_empty() { format!("Import of {}", file.name) } else { file.title };
                (State::Draft, new_changeset(title, caller, snapshot.revision(), at), drafted.items)
            }
            Some(changeset) => {
                let present = self.store().all_items(changeset.id).map_err(stopped)?;
                let before = changeset.state;
                let edited = changeset.edited(&caller.person, at).map_err(|_| Stopped::Told)?;
                (before, edited, overlaid(present, drafted))
            }
        };
        step(report, "checking", items.len() as u64)?;
        let (validation, problems) = self.check(&mut items, &snapshot, at)?;
        let changeset = changeset.validated(validation).map_err(|_| Stopped::Told)?;
        let mut deed = caller.did("imported", at);
        deed.detail.insert("file".to_owned(), file.name.to_owned());
        let write = deciding(before, changeset, deed, "");
        Ok(Imported {
            write: ChangesetWrite { items: ItemChanges::All(items), problems: Some(problems), ..write },
            result,
        })
    }
}

fn counted(drafted: &Draft) -> wire::ImportResult {
    let count = |kind| drafted.items.iter().filter(|item| item.kind() == kind).count() as u64;
    wire::ImportResult {
        changeset: String::new(),
        created: count(ChangeKind::Created),
        updated: count(ChangeKind::Updated),
        ended: count(ChangeKind::Ended),
        unchanged: drafted.unchanged,
    }
}

/// What a changeset has with what a file says of it, which is newer.
fn overlaid(present: Vec<Item>, drafted: Draft) -> Vec<Item> {
    let key = |item: &Item| (item.layer, item.code.clone());
    let mut all: BTreeMap<(Layer, Code), Item> = present.into_iter().map(|item| (key(&item), item)).collect();
    for same in &drafted.same {
        all.remove(same);
    }
    all.extend(drafted.items.into_iter().map(|item| (key(&item), item)));
    all.into_values().collect()
}

fn sentence(result: &wire::ImportResult) -> String {
    let wire::ImportResult { created, updated, ended, unchanged, .. } = result;
    format!("{created} new, {updated} changed, {ended} gone, {unchanged} as they are")
}

/// Whether an operation is still wanted.
pub(super) fn is_wanted(operation: &Operation) -> bool {
    matches!(operation.state, OperationState::Queued | OperationState::Running)
}

/// Why there is no draft.
enum Failed {
    /// The file is at fault.
    Refused(import::Refusal),
    /// It is not the file's fault.
    Stopped(Stopped),
}

impl From<import::Refusal> for Failed {
    fn from(refusal: import::Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Stopped> for Failed {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Stopped(error.into())
    }
}

impl From<ImportError> for Failed {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Refused(refusal) => Self::Refused(refusal),
            ImportError::Store(error) => error.into(),
        }
    }
}

fn stopped(error: ChangesetError) -> Stopped {
    match error {
        ChangesetError::Store(error) => Stopped::Store(error),
        _ => Stopped::Told,
    }
}
