//! Digests of what a revision changed, which tie the versions on disk to the log.

use std::ops::RangeInclusive;

use geo_types::Rect;

use super::Digest;
use super::digest::Fields;
use crate::record::{ChangeKind, Code, FeatureId, Layer, Revision, RevisionEntry};

/// The digest of a version as it is kept: SHA-256 of the fields `cloudsite.audit.version.v1`, feature id, layer, code,
/// payload, and the bounding box as four numbers (the bits of west, south, east and north in canonical metres), encoded
/// as those of an event. `payload` is the feature as the store keeps it.
pub fn version_digest(id: FeatureId, layer: Layer, code: &Code, payload: &[u8], bounds: Rect) -> Digest {
    let (min, max) = (bounds.min(), bounds.max());
    // A store need not keep the sign of zero.
    let bits = |metres: f64| (metres + 0.0).to_bits();
    Fields::of("cloudsite.audit.version.v1")
        .number(id.0)
        .text(layer.as_str())
        .text(code.as_str())
        .bytes(payload)
        .number(bits(min.x))
        .number(bits(min.y))
        .number(bits(max.x))
        .number(bits(max.y))
        .digest()
}

/// What a revision changed, in any order, on the way to a digest.
#[derive(Debug, Default)]
pub struct RevisionDigest {
    changes: Vec<(FeatureId, ChangeKind, Digest)>,
}

impl RevisionDigest {
    /// A feature has a new version, of this digest.
    pub fn version(&mut self, id: FeatureId, kind: ChangeKind, version: Digest) {
        self.changes.push((id, kind, version));
    }

    /// A feature ended.
    pub fn end(&mut self, id: FeatureId) {
        self.changes.push((id, ChangeKind::Ended, Digest::default()));
    }

    /// The digest of all of it: SHA-256 of the fields `cloudsite.audit.revision.v1`, revision, time (RFC 3339), author,
    /// message, number of changes, and of each change by feature id its id, its kind (`created`, `updated`, `ended`)
    /// and its version's digest (zeros for an end), encoded as those of an event.
    pub fn finish(mut self, entry: &RevisionEntry) -> Digest {
        self.changes.sort_unstable_by_key(|(id, ..)| *id);
        let mut fields = Fields::of("cloudsite.audit.revision.v1")
            .number(entry.revision.0)
            .text(&entry.at.to_string())
            .text(&entry.author)
            .text(&entry.message)
            .number(self.changes.len() as u64);
        for (id, kind, version) in self.changes {
            let kind = match kind {
                ChangeKind::Created => "created",
                ChangeKind::Updated => "updated",
                ChangeKind::Ended => "ended",
            };
            fields = fields.number(id.0).text(kind).bytes(&version.0);
        }
        fields.digest()
    }
}

/// The digest of a revision that has the content of a former one: SHA-256 of the fields `cloudsite.audit.roll_back.v1`,
/// revision, time (RFC 3339), author, message, the former revision, and the first and last number of each range of
/// revisions whose versions are seen again, encoded as those of an event.
pub fn roll_back_digest(entry: &RevisionEntry, to: Revision, seen: &[RangeInclusive<u64>]) -> Digest {
    let fields = Fields::of("cloudsite.audit.roll_back.v1")
        .number(entry.revision.0)
        .text(&entry.at.to_string())
        .text(&entry.author)
        .text(&entry.message)
        .number(to.0);
    seen.iter().fold(fields, |fields, range| fields.number(*range.start()).number(*range.end())).digest()
}

#[cfg(test)]
mod tests {
    use geo_types::Coord;
    use jiff::Timestamp;

    use super::*;

    fn entry() -> RevisionEntry {
        let (author, message) = ("Chen".to_owned(), "a test".to_owned());
        RevisionEntry { revision: Revision(3), at: Timestamp::UNIX_EPOCH, author, message }
    }

    fn digest(changes: &[(u64, ChangeKind)], entry: &RevisionEntry) -> Digest {
        let mut digest = RevisionDigest::default();
        for (id, kind) in changes {
            match kind {
                ChangeKind::Ended => digest.end(FeatureId(*id)),
                kind => digest.version(FeatureId(*id), *kind, Digest([*id as u8; 32])),
            }
        }
        digest.finish(entry)
    }

    #[test]
    fn the_order_of_changes_does_not_count_and_everything_else_does() {
        use ChangeKind::{Created, Ended, Updated};
        let changes = [(1, Created), (2, Updated), (3, Ended)];
        let whole = digest(&changes, &entry());
        assert_eq!(digest(&[(3, Ended), (1, Created), (2, Updated)], &entry()), whole);
        let others = [
            digest(&changes[..2], &entry()),
            digest(&[(1, Updated), (2, Updated), (3, Ended)], &entry()),
            digest(&[(1, Created), (2, Ended), (3, Ended)], &entry()),
            digest(&changes, &RevisionEntry { revision: Revision(4), ..entry() }),
            digest(&changes, &RevisionEntry { author: "Li".to_owned(), ..entry() }),
            digest(&changes, &RevisionEntry { message: String::new(), ..entry() }),
            digest(&changes, &RevisionEntry { at: "2026-01-01T00:00:00Z".parse().unwrap(), ..entry() }),
        ];
        for (case, other) in others.iter().enumerate() {
            assert_ne!(*other, whole, "case {case}");
        }
    }

    #[test]
    fn all_that_is_kept_of_a_roll_back_counts() {
        let of = |to, seen: &[(u64, u64)]| {
            let seen: Vec<_> = seen.iter().map(|(first, last)| *first..=*last).collect();
            roll_back_digest(&entry(), Revision(to), &seen)
        };
        let whole = of(2, &[(1, 2)]);
        let others = [of(1, &[(1, 2)]), of(2, &[(1, 1)]), of(2, &[(1, 1), (2, 2)]), of(2, &[])];
        assert!(!others.contains(&whole), "{others:?}");
        assert_ne!(whole, digest(&[], &entry()));
    }

    #[test]
    fn a_version_is_all_that_is_kept_of_it() {
        let bounds = |x: f64| Rect::new(Coord { x, y: 1.0 }, Coord { x: 5.0, y: 6.0 });
        let (code, other) = ("P-1".parse().unwrap(), "P-2".parse().unwrap());
        let whole = version_digest(FeatureId(1), Layer::Parcel, &code, b"{}", bounds(0.0));
        assert_eq!(version_digest(FeatureId(1), Layer::Parcel, &code, b"{}", bounds(-0.0)), whole);
        let others = [
            version_digest(FeatureId(2), Layer::Parcel, &code, b"{}", bounds(0.0)),
            version_digest(FeatureId(1), Layer::Poi, &code, b"{}", bounds(0.0)),
            version_digest(FeatureId(1), Layer::Parcel, &other, b"{}", bounds(0.0)),
            version_digest(FeatureId(1), Layer::Parcel, &code, b"{ }", bounds(0.0)),
            version_digest(FeatureId(1), Layer::Parcel, &code, b"{}", bounds(0.001)),
        ];
        assert!(!others.contains(&whole), "{others:?}");
    }
}
