//! Digests of revisions, from what the tables hold now.

use cloudsite_domain::audit::{Action, Actor, Digest, Happening, RevisionDigest, roll_back_digest, version_digest};
use cloudsite_domain::record::{ChangeKind, Code, FeatureId, Layer, Revision, RevisionEntry};
use geo_types::{Coord, Rect};
use rusqlite::{Connection, Row, params};

use super::line::{self, content_before};
use super::{audit, read};
use crate::{RevisionOnDisk, StoreError};

const BEGUN: &str = concat!(
    "SELECT f.id, f.layer, f.code, c.payload, c.min_x, c.min_y, c.max_x, c.max_y, v.digest, ",
    content_before!(),
    " IS NOT NULL
    FROM version v JOIN feature f ON f.id = v.feature_id JOIN content c ON c.id = v.content_id WHERE v.rev_from = ?1"
);

const ENDED: &str = "SELECT feature_id FROM version WHERE rev_from = ?1 AND content_id IS NULL";

/// A version that a revision began, with its digest as it is and as it was kept.
struct Begun {
    id: FeatureId,
    layer: Layer,
    code: Code,
    kind: ChangeKind,
    digest: Digest,
    kept: Option<[u8; 32]>,
}

pub(super) fn of_revision(connection: &Connection, revision: Revision) -> Result<RevisionOnDisk, StoreError> {
    let mut versions = connection.prepare_cached("SELECT 1 FROM version WHERE rev_from = ?1")?;
    // A roll-back has no versions: one that has some is not what was written.
    if let Some((to, line)) = line::roll_back(connection, revision)?
        && !versions.exists([revision.0 as i64])?
    {
        let digest = roll_back_digest(&entry(connection, revision)?, to, line.spans());
        return Ok(RevisionOnDisk { digest, changed: Vec::new() });
    }
    let mut digest = RevisionDigest::default();
    let mut changed = Vec::new();
    each_begun(connection, revision, &mut |begun| {
        digest.version(begun.id, begun.kind, begun.digest);
        if begun.kept != Some(begun.digest.0) {
            changed.push((begun.layer, begun.code));
        }
        Ok(())
    })?;
    add_ends(connection, revision, &mut digest)?;
    Ok(RevisionOnDisk { digest: digest.finish(&entry(connection, revision)?), changed })
}

/// Takes the revisions of a record from before there was a log into the log, as they are found.
pub(super) fn adopt(connection: &Connection) -> Result<(), StoreError> {
    let head = read::head(connection)?;
    for revision in (1..=head.0).map(Revision) {
        let mut digest = RevisionDigest::default();
        let mut begun = Vec::new();
        each_begun(connection, revision, &mut |version| {
            digest.version(version.id, version.kind, version.digest);
            begun.push((version.id, version.digest));
            Ok(())
        })?;
        let sql = "UPDATE version SET digest = ?3 WHERE feature_id = ?1 AND rev_from = ?2";
        let mut keep = connection.prepare_cached(sql)?;
        for (id, digest) in begun {
            keep.execute(params![id.0 as i64, revision.0 as i64, digest.0])?;
        }
        add_ends(connection, revision, &mut digest)?;
        let entry = entry(connection, revision)?;
        let happening = Happening {
            at: entry.at,
            actor: Actor::named(entry.author.clone()),
            action: Action::Adopt,
            subject: entry.message.clone(),
            detail: [].into(),
        };
        audit::append(connection, happening.making(revision, digest.finish(&entry)))?;
    }
    Ok(())
}

fn each_begun(
    connection: &Connection,
    revision: Revision,
    each: &mut dyn FnMut(Begun) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(BEGUN)?;
    let mut rows = statement.query([revision.0 as i64])?;
    while let Some(row) = rows.next()? {
        each(begun(row, revision)?)?;
    }
    Ok(())
}

fn begun(row: &Row<'_>, revision: Revision) -> Result<Begun, StoreError> {
    let id = FeatureId(row.get::<_, i64>(0)? as u64);
    let damaged = |what: String| StoreError::Corrupt { what, place: format!("feature {id} as of revision {revision}") };
    let (layer, code): (String, String) = (row.get(1)?, row.get(2)?);
    let layer: Layer = layer.parse().map_err(|error| damaged(format!("{error}")))?;
    let code: Code = code.parse().map_err(|error| damaged(format!("{error}")))?;
    let low = Coord { x: row.get(4)?, y: row.get(5)? };
    let high = Coord { x: row.get(6)?, y: row.get(7)? };
    let payload = row.get_ref(3)?.as_bytes().map_err(|error| damaged(error.to_string()))?;
    let digest = version_digest(id, layer, &code, payload, Rect::new(low, high));
    let kind = if row.get(9)? { ChangeKind::Updated } else { ChangeKind::Created };
    // A digest of another length was changed too.
    let kept = row.get(8).unwrap_or_default();
    Ok(Begun { id, layer, code, kind, digest, kept })
}

fn add_ends(connection: &Connection, revision: Revision, digest: &mut RevisionDigest) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(ENDED)?;
    let mut rows = statement.query([revision.0 as i64])?;
    while let Some(row) = rows.next()? {
        digest.end(FeatureId(row.get::<_, i64>(0)? as u64));
    }
    Ok(())
}

fn entry(connection: &Connection, revision: Revision) -> Result<RevisionEntry, StoreError> {
    let found = read::revisions(connection, &(revision.0..=revision.0))?.pop();
    match found {
        Some(entry) => Ok(entry),
        None => Err(StoreError::NoSuchRevision { asked: revision, head: read::head(connection)? }),
    }
}
