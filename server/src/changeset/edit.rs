//! Editing: a changeset begun, features put in, ended and taken out.

use cloudsite_domain::changeset::{Changeset, ChangesetId, Counts, Item, LONGEST_TITLE, State};
use cloudsite_domain::record::{Code, Feature, Layer, Revision};
use cloudsite_domain::validation::{Problem, Submission};
use cloudsite_proto::change as wire;
use cloudsite_store::changeset::{ChangesetWrite, ItemChanges, ItemFilter};
use geo::Intersects;
use jiff::Timestamp;

use super::{Api, Caller, convert, draft, parse};
use crate::grpc::Refusal;
use crate::record::Snapshot;
use crate::validation;

/// The rest of a larger changeset is not asked for neighbours of one feature: that would take longer than an edit.
const MOST_NEIGHBOURS: u64 = 2_000;

/// How far neighbours of a feature are looked for, metres.
const NEIGHBOURHOOD_M: f64 = 1_000.0;

/// A draft that is not kept yet.
pub(super) fn new_changeset(title: String, caller: &Caller, base: Revision, at: Timestamp) -> Changeset {
    Changeset {
        id: ChangesetId(0),
        title,
        author: caller.person.label.clone(),
        created_at: at,
        updated_at: at,
        version: 0,
        base,
        state: State::Draft,
        editors: [(caller.person.key.clone(), caller.person.label.clone())].into(),
        validation: None,
        published: None,
        counts: Counts::default(),
        bounds: None,
    }
}

impl Api {
    pub(crate) fn create_changeset(
        &self,
        caller: &Caller,
        request: wire::CreateChangesetRequest,
    ) -> Result<wire::CreateChangesetResponse, Refusal> {
        let title = parse::text("title", &request.title, 1, LONGEST_TITLE)?;
        let at = self.now();
        let new = new_changeset(title, caller, self.0.record.snapshot().revision(), at);
        let mut write = ChangesetWrite::of(new, caller.did("created", at));
        write.request = caller.request(&request.request_id)?;
        let made = self.store().write_changeset(write)?;
        Ok(wire::CreateChangesetResponse { changeset: Some(self.shown(&made)?) })
    }

    pub(crate) fn delete_changeset(
        &self,
        caller: &Caller,
        request: wire::DeleteChangesetRequest,
    ) -> Result<wire::DeleteChangesetResponse, Refusal> {
        let changeset = self.open("name", &request.name, &request.etag)?;
        changeset.check_deletable()?;
        self.store().delete_changeset(&changeset, &caller.did("deleted", self.now()))?;
        Ok(wire::DeleteChangesetResponse {})
    }

    pub(crate) fn put_feature(
        &self,
        caller: &Caller,
        request: wire::PutFeatureRequest,
    ) -> Result<wire::PutFeatureResponse, Refusal> {
        let changeset = self.open("changeset", &request.changeset, &request.etag)?;
        let layer = parse::layer("layer", request.layer)?;
        let snapshot = self.0.record.snapshot();
        let feature = parse::feature(layer, &request.feature_geojson, &request.crs, snapshot.origin())?;
        let present = self.item(&changeset, layer, &feature.code)?;
        let now = draft::now(&snapshot, layer, &feature.code);
        let made_in = match (request.base_version, &present) {
            (Some(asked), _) => Revision(asked),
            (None, Some(item)) => item.base,
            (None, None) => now.as_ref().map_or(Revision(0), |version| version.since),
        };
        let store = self.0.record.store();
        let was = draft::version_of(store.as_ref(), &snapshot, layer, &feature.code, made_in)?;
        if was.is_none() && made_in != Revision(0) {
            let message = format!("no version of {layer} '{}' was made in revision {made_in}", feature.code);
            return Err(Refusal::field("base_version", message));
        }
        let item = Item::of(was.as_ref(), Some(feature.clone()), &caller.person.label);
        let problems = self.problems_of(&changeset, &feature, &snapshot)?;
        let written = self.replace(caller, changeset, (layer, feature.code), present, item.clone())?;
        Ok(wire::PutFeatureResponse {
            changeset: Some(self.shown(&written)?),
            change: item.map(|item| {
                let before = was.as_ref().map(|version| &version.feature);
                convert::item(&item, before, !item.is_on(now.as_ref()), true)
            }),
            problems: problems.iter().map(convert::problem).collect(),
        })
    }

    pub(crate) fn end_feature(
        &self,
        caller: &Caller,
        request: wire::EndFeatureRequest,
    ) -> Result<wire::EndFeatureResponse, Refusal> {
        let changeset = self.open("changeset", &request.changeset, &request.etag)?;
        let (layer, code) = parse::feature_name("feature", &request.feature)?;
        let snapshot = self.0.record.snapshot();
        let present = self.item(&changeset, layer, &code)?;
        let now = draft::now(&snapshot, layer, &code);
        let was = match &present {
            Some(item) => draft::base(self.0.record.store().as_ref(), &snapshot, item)?,
            None => now.clone(),
        };
        if was.is_none() && present.is_none() {
            return Err(Refusal::NotFound { kind: "feature", name: request.feature });
        }
        let item = Item::of(was.as_ref(), None, &caller.person.label);
        let written = self.replace(caller, changeset, (layer, code), present, item.clone())?;
        let before = was.as_ref().map(|version| &version.feature);
        Ok(wire::EndFeatureResponse {
            changeset: Some(self.shown(&written)?),
            change: item.map(|item| convert::item(&item, before, !item.is_on(now.as_ref()), true)),
        })
    }

    pub(crate) fn drop_feature(
        &self,
        caller: &Caller,
        request: wire::DropFeatureRequest,
    ) -> Result<wire::DropFeatureResponse, Refusal> {
        let changeset = self.open("changeset", &request.changeset, &request.etag)?;
        let key = parse::feature_name("feature", &request.feature)?;
        let present = self.item(&changeset, key.0, &key.1)?;
        if present.is_none() {
            return Err(Refusal::NotFound { kind: "change", name: request.feature });
        }
        let written = self.replace(caller, changeset, key, present, None)?;
        Ok(wire::DropFeatureResponse { changeset: Some(self.shown(&written)?) })
    }

    fn item(&self, changeset: &Changeset, layer: Layer, code: &Code) -> Result<Option<Item>, Refusal> {
        let filter = ItemFilter { layer: Some(layer), code: Some(code.clone()), kind: None };
        Ok(self.store().items(changeset.id, &filter, 0, 1)?.pop().map(|listed| listed.item))
    }

    /// Has a changeset say `item` of a feature, or nothing. What changes nothing is not written.
    fn replace(
        &self,
        caller: &Caller,
        changeset: Changeset,
        key: (Layer, Code),
        present: Option<Item>,
        item: Option<Item>,
    ) -> Result<Changeset, Refusal> {
        let at = self.now();
        let before = changeset.state;
        let edited = changeset.clone().edited(&caller.person, at)?;
        let items = match item {
            Some(item) if present.as_ref() == Some(&item) => return Ok(changeset),
            Some(item) => ItemChanges::Some { puts: vec![item], drops: Vec::new() },
            None if present.is_none() => return Ok(changeset),
            None => ItemChanges::Some { puts: Vec::new(), drops: vec![key.clone()] },
        };
        let mut deed = caller.did("edited", at);
        deed.detail.insert("feature".to_owned(), format!("{}/{}", key.0, key.1));
        Ok(self.store().write_changeset(ChangesetWrite { items, ..super::deciding(before, edited, deed, "") })?)
    }

    /// What is wrong with a feature where it is to be, by the rules of today, with the rest of the changeset around it.
    fn problems_of(
        &self,
        changeset: &Changeset,
        feature: &Feature,
        snapshot: &Snapshot,
    ) -> Result<Vec<Problem>, Refusal> {
        let around = cloudsite_domain::geometry::grown(feature.shape.bounds(), NEIGHBOURHOOD_M);
        let near = |item: &Item| item.bounds.intersects(&around);
        let rest = match changeset.counts.total() {
            0..=MOST_NEIGHBOURS => self.store().all_items(changeset.id)?,
            _ => Vec::new(),
        };
        let own = |item: &Item| (item.layer, &item.code) == (feature.layer(), &feature.code);
        let (mut puts, mut ends) = (vec![feature.clone()], Vec::new());
        for item in rest.into_iter().filter(|item| !own(item) && near(item)) {
            match item.put {
                Some(feature) => puts.push(feature),
                None => ends.push((item.layer, item.code)),
            }
        }
        let day = validation::day_of(self.now());
        let mut problems = validation::check(Submission { puts: &puts, ends: &ends }, snapshot, day);
        problems.retain(|problem| {
            let other =
                problem.other.as_ref().is_some_and(|(layer, code)| (*layer, code) == (feature.layer(), &feature.code));
            other || (problem.layer, &problem.code) == (feature.layer(), &feature.code)
        });
        problems.sort_by_key(|problem| problem.severity);
        Ok(problems)
    }
}
