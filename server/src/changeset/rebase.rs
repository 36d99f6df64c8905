//! A changeset brought to the newest revision.

use std::collections::BTreeMap;

use cloudsite_domain::changeset::Changeset;
use cloudsite_domain::merge::{Choices, Side};
use cloudsite_domain::record::{Code, Layer};
use cloudsite_proto::change as wire;
use cloudsite_store::changeset::{ChangesetWrite, ItemChanges};
use prost::Message;

use super::{Api, Caller, convert, deciding, draft, parse};
use crate::grpc::{Refusal, page};

/// Conflicts in a reply, and resolutions in a request, at most.
const MOST_CONFLICTS: usize = 1_000;
const MOST_RESOLUTIONS: usize = 10_000;

impl Api {
    pub(crate) fn rebase_changeset(
        &self,
        caller: &Caller,
        request: wire::RebaseChangesetRequest,
    ) -> Result<wire::RebaseChangesetResponse, Refusal> {
        let _place = self.large()?;
        let changeset = self.open("name", &request.name, &request.etag)?;
        let choices = choices(&request.resolutions)?;
        let at = self.now();
        let snapshot = self.0.record.snapshot();
        let rebased = changeset.clone().rebased(&caller.person, snapshot.revision(), at)?;
        let items = self.store().all_items(changeset.id)?;
        let brought = draft::brought(self.0.record.store().as_ref(), &snapshot, items, &choices)?;
        let merged = brought.merged;
        if request.validate_only || !brought.conflicts.is_empty() {
            return self.conflicting(&changeset, &brought.conflicts, merged);
        }
        let before = changeset.state;
        let write = if merged > 0 {
            let items = ItemChanges::All(brought.items);
            ChangesetWrite { items, ..deciding(before, rebased, caller.did("rebased", at), "") }
        } else if changeset.base == snapshot.revision() {
            return self.conflicting(&changeset, &[], 0);
        } else {
            // Nothing in it has moved, so what was found and decided still counts.
            let onto = Changeset { base: snapshot.revision(), updated_at: at, ..changeset };
            ChangesetWrite::of(onto, caller.did("rebased", at))
        };
        let written = self.store().write_changeset(write)?;
        self.conflicting(&written, &[], merged)
    }

    fn conflicting(
        &self,
        changeset: &Changeset,
        conflicts: &[draft::FeatureConflicts],
        merged: u64,
    ) -> Result<wire::RebaseChangesetResponse, Refusal> {
        let all = conflicts.iter().flat_map(|(layer, code, conflicts)| {
            conflicts.iter().map(|conflict| convert::conflict(*layer, code, conflict))
        });
        let mut bytes = 0;
        let fitting = all.take(MOST_CONFLICTS).take_while(|conflict| {
            bytes += conflict.encoded_len();
            bytes < page::MAX_BYTES
        });
        Ok(wire::RebaseChangesetResponse {
            conflicts: fitting.collect(),
            changeset: Some(self.shown(changeset)?),
            conflict_count: conflicts.iter().map(|(.., conflicts)| conflicts.len() as u64).sum(),
            merged,
        })
    }
}

fn choices(resolutions: &[wire::Resolution]) -> Result<BTreeMap<(Layer, Code), Choices>, Refusal> {
    if resolutions.len() > MOST_RESOLUTIONS {
        return Err(Refusal::field("resolutions", format!("there are more than {MOST_RESOLUTIONS}")));
    }
    let mut choices: BTreeMap<(Layer, Code), Choices> = BTreeMap::new();
    for (index, resolution) in resolutions.iter().enumerate() {
        let feature = parse::feature_name(&format!("resolutions[{index}].feature"), &resolution.feature)?;
        let side = match resolution.side() {
            wire::Side::Ours => Side::Ours,
            wire::Side::Theirs => Side::Theirs,
            wire::Side::Unspecified => {
                return Err(Refusal::field(format!("resolutions[{index}].side"), "it must be ours or theirs"));
            }
        };
        choices.entry(feature).or_default().insert(resolution.path.clone(), side);
    }
    Ok(choices)
}
