//! Changesets and what belongs to them as the wire has them.

use cloudsite_domain::changeset::{Changeset, Decision, Item, State};
use cloudsite_domain::difference::difference;
use cloudsite_domain::geometry::Place;
use cloudsite_domain::merge;
use cloudsite_domain::record::{ChangeKind, Code, Feature, Layer, Revision};
use cloudsite_domain::validation::{Fix, Problem, Severity};
use cloudsite_proto::{change as wire, land};
use geo_types::Coord;
use prost_types::Timestamp;

use crate::export::feature_geojson;
use crate::grpc::{feature_name, layer_to_wire, lon_lat, lon_lat_bounds};
use crate::import::ImportProblem;

pub(super) fn time(at: jiff::Timestamp) -> Timestamp {
    Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

pub(super) const fn state(state: State) -> wire::ChangesetState {
    match state {
        State::Draft => wire::ChangesetState::Draft,
        State::Validated => wire::ChangesetState::Validated,
        State::Approved => wire::ChangesetState::Approved,
        State::Published => wire::ChangesetState::Published,
        State::Rejected => wire::ChangesetState::Rejected,
    }
}

pub(super) fn changeset(changeset: &Changeset, decisions: &[Decision], head: Revision) -> wire::Changeset {
    wire::Changeset {
        name: format!("changesets/{}", changeset.id),
        title: changeset.title.clone(),
        state: state(changeset.state).into(),
        author: changeset.author.clone(),
        created_at: Some(time(changeset.created_at)),
        updated_at: Some(time(changeset.updated_at)),
        etag: changeset.version.to_string(),
        base_revision: changeset.base.0,
        head_revision: head.0,
        created: changeset.counts.created,
        updated: changeset.counts.updated,
        ended: changeset.counts.ended,
        bounds: changeset.bounds.map(lon_lat_bounds),
        validation: changeset.validation.map(|found| wire::Validation {
            at: Some(time(found.at)),
            revision: found.revision.0,
            day: found.day.to_string(),
            errors: found.errors,
            warnings: found.warnings,
            notes: found.notes,
        }),
        editors: changeset.editors.values().cloned().collect(),
        decisions: decisions.iter().map(decision).collect(),
        published_revision: changeset.published.map_or(0, |revision| revision.0),
    }
}

fn decision(decision: &Decision) -> wire::Decision {
    wire::Decision {
        state: state(decision.state).into(),
        actor: decision.actor.clone(),
        at: Some(time(decision.at)),
        reason: decision.reason.clone(),
    }
}

pub(super) const fn kind(kind: ChangeKind) -> land::ChangeKind {
    match kind {
        ChangeKind::Created => land::ChangeKind::Created,
        ChangeKind::Updated => land::ChangeKind::Updated,
        ChangeKind::Ended => land::ChangeKind::Ended,
    }
}

/// A feature of a changeset, `before` being what it was made from.
pub(super) fn item(item: &Item, before: Option<&Feature>, moved: bool, full: bool) -> wire::ChangedFeature {
    let geojson = |feature: Option<&Feature>| feature.filter(|_| full).map(feature_geojson).unwrap_or_default();
    let attributes = difference(before, item.put.as_ref()).into_iter().map(|change| {
        // A shape is in the GeoJSON.
        let text = |value: Option<serde_json::Value>| value.filter(|_| change.path != "geometry");
        let text = |value| text(value).map(|value| value.to_string()).unwrap_or_default();
        wire::AttributeChange { before: text(change.before), after: text(change.after), path: change.path.clone() }
    });
    wire::ChangedFeature {
        name: feature_name(item.layer, &item.code),
        layer: layer_to_wire(item.layer).into(),
        kind: kind(item.kind()).into(),
        attributes: attributes.collect(),
        bounds: Some(lon_lat_bounds(item.bounds)),
        before_geojson: geojson(before),
        after_geojson: geojson(item.put.as_ref()),
        base_version: item.base.0,
        moved,
        errors: 0,
        warnings: 0,
        editor: item.editor.clone(),
    }
}

pub(super) const fn severity(severity: Severity) -> wire::Severity {
    match severity {
        Severity::Error => wire::Severity::Error,
        Severity::Warning => wire::Severity::Warning,
        Severity::Note => wire::Severity::Note,
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn place(place: &Place, at: Option<land::LonLat>) -> wire::Place {
    let Place { part, ring, vertex, at: Coord { x, y } } = *place;
    wire::Place { part: index(part), ring: index(ring), vertex: index(vertex), x, y, at }
}

pub(super) fn problem(problem: &Problem) -> wire::Problem {
    wire::Problem {
        rule: problem.rule.to_string(),
        severity: severity(problem.severity).into(),
        feature: feature_name(problem.layer, &problem.code),
        field: problem.field.as_deref().unwrap_or_default().to_owned(),
        message: problem.message.clone(),
        place: problem.place.as_ref().map(|at| place(at, Some(lon_lat(at.at)))),
        other: problem.other.as_ref().map(|(layer, code)| feature_name(*layer, code)).unwrap_or_default(),
        fix: problem.fix.as_ref().map(fix),
    }
}

fn fix(fix: &Fix) -> wire::Fix {
    let what = match fix {
        Fix::SetField { field, value } => {
            wire::fix::Fix::SetField(wire::SetField { field: field.to_string(), value: value.clone() })
        }
        Fix::MoveVertex { part, ring, vertex, x, y } => wire::fix::Fix::MoveVertex(wire::MoveVertex {
            part: index(*part),
            ring: index(*ring),
            vertex: index(*vertex),
            x: *x,
            y: *y,
            to: Some(lon_lat(Coord { x: *x, y: *y })),
        }),
        Fix::RemoveVertex { part, ring, vertex } => wire::fix::Fix::RemoveVertex(wire::RemoveVertex {
            part: index(*part),
            ring: index(*ring),
            vertex: index(*vertex),
        }),
    };
    wire::Fix { fix: Some(what), message: fix.to_string() }
}

/// A reason to refuse a file.
pub(super) fn file_problem(problem: &ImportProblem) -> wire::Problem {
    wire::Problem {
        rule: problem.rule.clone(),
        severity: wire::Severity::Error.into(),
        feature: problem.feature.clone(),
        field: problem.field.clone(),
        message: problem.message.clone(),
        place: problem.place.as_ref().map(|at| place(at, None)),
        ..wire::Problem::default()
    }
}

pub(super) fn conflict(layer: Layer, code: &Code, conflict: &merge::Conflict) -> wire::Conflict {
    let text = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
    wire::Conflict {
        feature: feature_name(layer, code),
        path: conflict.path.clone(),
        base: text(&conflict.base),
        ours: text(&conflict.ours),
        theirs: text(&conflict.theirs),
    }
}
