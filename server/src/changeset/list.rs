//! Reading: changesets, what they change and what is wrong with them, page by page.

use cloudsite_domain::changeset::{Changeset, ChangesetId, State};
use cloudsite_domain::record::{ChangeKind, Revision};
use cloudsite_domain::validation::Severity;
use cloudsite_proto::{change as wire, land};
use cloudsite_store::changeset::{ItemFilter, ListedItem};
use cloudsite_store::imports::OperationId;
use prost::Message;

use super::operations::operation_to_wire;
use super::{Api, Caller, convert, draft, parse};
use crate::grpc::Refusal;
use crate::grpc::page::{self, PageStart};

/// A page that begins somewhere in a list that `of` names: the changeset's version, or none.
struct Asked {
    start: PageStart,
    count: usize,
}

impl Asked {
    fn read(page_size: i32, token: &str, of: u64, request: &impl Message) -> Result<Self, Refusal> {
        let count = page::entries(page_size)?;
        let first = PageStart { revision: Revision(of), position: 0 };
        let start = PageStart::read(token, request)?.unwrap_or(first);
        if start.revision.0 != of {
            return Err(Refusal::field("page_token", "the changeset has changed since: begin with the first page"));
        }
        Ok(Self { start, count })
    }

    /// Converts what was found (one more than a page holds, if there is more) until the page is full, and gives the token
    /// of the next page. `position` says where that begins, by how many entries this one has.
    fn fill<S, T: Message>(
        &self,
        found: Vec<S>,
        request: &impl Message,
        mut convert: impl FnMut(S) -> Result<T, Refusal>,
        position: impl FnOnce(u64) -> u64,
    ) -> Result<(Vec<T>, String), Refusal> {
        let all = found.len();
        let mut entries = Vec::new();
        let mut bytes = 0;
        for source in found.into_iter().take(self.count) {
            let entry = convert(source)?;
            bytes += entry.encoded_len();
            if bytes > page::MAX_BYTES && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        let next = (entries.len() < all).then(|| position(entries.len() as u64));
        let token = next.map(|position| PageStart { position, ..self.start }.token(request)).unwrap_or_default();
        Ok((entries, token))
    }
}

impl Api {
    /// A changeset for the wire.
    pub(super) fn shown(&self, changeset: &Changeset) -> Result<wire::Changeset, Refusal> {
        let decisions = self.store().decisions(changeset.id)?;
        Ok(convert::changeset(changeset, &decisions, self.0.record.snapshot().revision()))
    }

    pub(crate) fn get_changeset(
        &self,
        _: &Caller,
        request: wire::GetChangesetRequest,
    ) -> Result<wire::GetChangesetResponse, Refusal> {
        let changeset = self.open("name", &request.name, "")?;
        Ok(wire::GetChangesetResponse { changeset: Some(self.shown(&changeset)?) })
    }

    pub(crate) fn list_changesets(
        &self,
        _: &Caller,
        mut request: wire::ListChangesetsRequest,
    ) -> Result<wire::ListChangesetsResponse, Refusal> {
        let (size, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
        let asked = Asked::read(size, &token, 0, &request)?;
        let states = request.states().map(state).collect::<Result<Vec<State>, _>>()?;
        // A position is the number of the last one seen.
        let before = (asked.start.position > 0).then_some(ChangesetId(asked.start.position));
        let found = self.store().changesets(&states, before, asked.count + 1)?;
        let ids: Vec<u64> = found.iter().map(|changeset| changeset.id.0).collect();
        let last = |count: u64| ids[count as usize - 1];
        let (changesets, next_page_token) = asked.fill(found, &request, |changeset| self.shown(&changeset), last)?;
        Ok(wire::ListChangesetsResponse { changesets, next_page_token })
    }

    pub(crate) fn list_changes(
        &self,
        _: &Caller,
        mut request: wire::ListChangesRequest,
    ) -> Result<wire::ListChangesResponse, Refusal> {
        let changeset = self.open("changeset", &request.changeset, "")?;
        let (size, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
        let asked = Asked::read(size, &token, changeset.version, &request)?;
        let mut filter =
            ItemFilter { layer: parse::any_layer("layer", request.layer)?, code: None, kind: kind(request.kind()) };
        if !request.feature.is_empty() {
            let (layer, code) = parse::feature_name("feature", &request.feature)?;
            filter = ItemFilter { layer: Some(layer), code: Some(code), ..filter };
        }
        let full = request.view() == wire::ChangeView::Full;
        let found = self.store().items(changeset.id, &filter, asked.start.position, asked.count + 1)?;
        let (snapshot, store) = (self.0.record.snapshot(), self.0.record.store().as_ref());
        let convert = |listed: ListedItem| -> Result<wire::ChangedFeature, Refusal> {
            let item = &listed.item;
            let was = draft::base(store, &snapshot, item)?;
            let moved =
                changeset.published.is_none() && !item.is_on(draft::now(&snapshot, item.layer, &item.code).as_ref());
            let shown = convert::item(item, was.as_ref().map(|version| &version.feature), moved, full);
            Ok(wire::ChangedFeature { errors: listed.errors, warnings: listed.warnings, ..shown })
        };
        let next = |count| asked.start.position + count;
        let (changes, next_page_token) = asked.fill(found, &request, convert, next)?;
        Ok(wire::ListChangesResponse { changes, next_page_token, etag: changeset.version.to_string() })
    }

    pub(crate) fn list_problems(
        &self,
        _: &Caller,
        mut request: wire::ListProblemsRequest,
    ) -> Result<wire::ListProblemsResponse, Refusal> {
        let changeset = self.open("changeset", &request.changeset, "")?;
        let (size, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
        let asked = Asked::read(size, &token, changeset.version, &request)?;
        let severity = match request.severity() {
            wire::Severity::Unspecified if request.severity != 0 => {
                return Err(Refusal::field("severity", "it is not a severity"));
            }
            wire::Severity::Unspecified => None,
            wire::Severity::Error => Some(Severity::Error),
            wire::Severity::Warning => Some(Severity::Warning),
            wire::Severity::Note => Some(Severity::Note),
        };
        let feature = match request.feature.as_str() {
            "" => None,
            name => Some(parse::feature_name("feature", name)?),
        };
        let feature = feature.as_ref().map(|(layer, code)| (*layer, code));
        let (skip, most) = (asked.start.position, asked.count + 1);
        let found = self.store().problems(changeset.id, severity, feature, skip, most)?;
        let convert = |problem| Ok(convert::problem(&problem));
        let (problems, next_page_token) = asked.fill(found, &request, convert, |count| skip + count)?;
        Ok(wire::ListProblemsResponse { problems, next_page_token, etag: changeset.version.to_string() })
    }

    pub(crate) fn list_operations(
        &self,
        _: &Caller,
        mut request: wire::ListOperationsRequest,
    ) -> Result<wire::ListOperationsResponse, Refusal> {
        let (size, token) = (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
        let asked = Asked::read(size, &token, 0, &request)?;
        let before = (asked.start.position > 0).then_some(OperationId(asked.start.position));
        let found = self.store().operations(before, asked.count + 1)?;
        let ids: Vec<u64> = found.iter().map(|operation| operation.id.0).collect();
        let last = |count: u64| ids[count as usize - 1];
        let convert = |operation| Ok(operation_to_wire(&operation, None));
        let (operations, next_page_token) = asked.fill(found, &request, convert, last)?;
        Ok(wire::ListOperationsResponse { operations, next_page_token })
    }
}

fn state(state: wire::ChangesetState) -> Result<State, Refusal> {
    let known = State::ALL.iter().copied().find(|known| convert::state(*known) == state);
    known.ok_or_else(|| Refusal::field("states", "one of them is not a state"))
}

fn kind(kind: land::ChangeKind) -> Option<ChangeKind> {
    let known = [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Ended];
    known.into_iter().find(|known| convert::kind(*known) == kind)
}
