//! Events: what the log says, and how it is sealed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::digest::Fields;
use super::{Digest, Link};
use crate::identity::Principal;
use crate::record::Revision;
use crate::record::terms::terms;

terms! {
    /// What was done.
    Action, "action";
    /// A file was imported: one revision.
    Import = "import",
    /// The demo park was written into an empty record: one revision.
    Demo = "demo",
    /// A changeset was published: one revision.
    Publish = "publish",
    /// A changeset was made, edited, decided or deleted; `did` among the details says which.
    Changeset = "changeset",
    /// A site brief was kept, changed or deleted; `did` among the details says which. What it asks is not told.
    Brief = "brief",
    /// A meeting was planned, changed or called off, a link to it made or taken back, or someone let in or sent out; `did`
    /// among the details says which.
    Meeting = "meeting",
    /// An earlier revision was made the newest again: one revision.
    RollBack = "roll_back",
    /// A revision from before there was a log was taken into it as it was found.
    Adopt = "adopt",
    /// Someone proved who they are.
    SignIn = "sign_in",
    /// Someone failed to.
    SignInRefused = "sign_in_refused",
    /// A session was ended.
    SignOut = "sign_out",
    /// An invitation was made, used or withdrawn.
    Invite = "invite",
    /// A member or an organisation was added, changed or removed.
    MemberChanged = "member_changed",
    /// An organisation was given more of the record than the public sees.
    Disclosure = "disclosure",
    /// Calls were refused to someone who may not make them.
    Refusal = "refusal",
    /// A layer was written to a file.
    Export = "export",
    /// The record was copied whole.
    Backup = "backup",
    /// The record was put in place from a copy.
    Restore = "restore",
    /// The park's own arrangements were changed, such as the key that signs checkpoints.
    Configuration = "configuration",
}

/// The key of a detail that names the number of the revision that an event made.
const REVISION: &str = "revision";

/// The key of a detail that holds the digest of what the revision changed.
const CHANGES: &str = "changes";

/// The key of a detail of [`Action::Configuration`] that names a key which signs checkpoints from then on.
pub const KEY_DETAIL: &str = "checkpoint_key";

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What revisions and the log call them.
    pub label: String,
    /// The code of their organisation; empty if they belong to none.
    pub organisation: String,
}

impl Actor {
    /// Someone of no organisation.
    pub fn named(label: impl Into<String>) -> Self {
        Self { label: label.into(), organisation: String::new() }
    }
}

impl From<&Principal> for Actor {
    fn from(principal: &Principal) -> Self {
        let organisation = match principal {
            Principal::Visitor | Principal::Operator => String::new(),
            Principal::Member { organisation, .. } => organisation.to_string(),
        };
        Self { label: principal.label(), organisation }
    }
}

/// Something that happened, not yet in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To what: a file, a member, a method. Never a secret.
    pub subject: String,
    /// What else there is to know, in few and short words.
    pub detail: BTreeMap<String, String>,
}

impl Happening {
    /// The event of this as the next one after `last`.
    pub fn seal(self, last: Link) -> Event {
        let sequence = last.sequence + 1;
        let hash = hash(sequence, &self, last.hash);
        Event { sequence, happening: self, previous: last.hash, hash }
    }

    /// Says that it made a revision, whose changes have this digest.
    #[must_use]
    pub fn making(mut self, revision: Revision, changes: Digest) -> Self {
        self.detail.insert(REVISION.to_owned(), revision.to_string());
        self.detail.insert(CHANGES.to_owned(), changes.to_string());
        self
    }
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number, counted from 1 without a gap.
    pub sequence: u64,
    /// What happened.
    pub happening: Happening,
    /// The hash of the event before; zeros for the first.
    pub previous: Digest,
    /// Its own hash: see [`Event::is_sound`].
    pub hash: Digest,
}

/// What an event says of the revision that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The revision.
    pub revision: Revision,
    /// The digest of its changes; see [`super::RevisionDigest`].
    pub changes: Digest,
}

impl Event {
    /// Where it stands in the chain.
    pub const fn link(&self) -> Link {
        Link { sequence: self.sequence, hash: self.hash }
    }

    /// Whether its hash is that of its content: SHA-256 of these fields, each as its length (8 bytes, the highest
    /// first) and its bytes, numbers as 8 bytes, the highest first, texts in UTF-8: `cloudsite.audit.event.v1`,
    /// sequence, previous hash (32 bytes), time (RFC 3339, UTC, as few decimals as it needs), actor's label, actor's
    /// organisation, action, subject, number of details, and of each detail in the order of the keys' bytes key and
    /// value.
    pub fn is_sound(&self) -> bool {
        self.hash == hash(self.sequence, &self.happening, self.previous)
    }

    /// The revision that it is of, if it is of one and says so in full.
    pub fn made(&self) -> Option<Made> {
        let detail = &self.happening.detail;
        let revision = Revision(detail.get(REVISION)?.parse().ok()?);
        Some(Made { revision, changes: detail.get(CHANGES)?.parse().ok()? })
    }
}

fn hash(sequence: u64, happening: &Happening, previous: Digest) -> Digest {
    let Happening { at, actor, action, subject, detail } = happening;
    let mut fields = Fields::of("cloudsite.audit.event.v1")
        .number(sequence)
        .bytes(&previous.0)
        .text(&at.to_string())
        .text(&actor.label)
        .text(&actor.organisation)
        .text(action.as_str())
        .text(subject)
        .number(detail.len() as u64);
    for (key, value) in detail {
        fields = fields.text(key).text(value);
    }
    fields.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_of_an_event_is_a_change_of_its_hash() {
        let happening = Happening {
            at: "2026-11-24T01:02:03.5Z".parse().unwrap(),
            actor: Actor { label: "陈 (bureau, member 7)".to_owned(), organisation: "bureau".to_owned() },
            action: Action::Publish,
            subject: "changesets/12".to_owned(),
            detail: [("created".to_owned(), "3".to_owned())].into(),
        };
        let made = happening.making(Revision(7), Digest([9; 32]));
        let event = made.seal(Link { sequence: 4, hash: Digest([1; 32]) });
        assert!(event.is_sound());
        assert_eq!(event.sequence, 5);
        assert_eq!(event.made(), Some(Made { revision: Revision(7), changes: Digest([9; 32]) }));
        let changes: [fn(&mut Event); 11] = [
            |event| event.sequence = 6,
            |event| event.previous.0[31] ^= 1,
            |event| event.hash.0[0] ^= 0x80,
            |event| event.happening.at = "2026-11-24T01:02:03.500000001Z".parse().unwrap(),
            |event| event.happening.actor.label.push(' '),
            |event| event.happening.actor.organisation.clear(),
            |event| event.happening.action = Action::RollBack,
            |event| event.happening.subject = "changesets/13".to_owned(),
            |event| event.happening.detail.clear(),
            |event| *event.happening.detail.get_mut("created").unwrap() = "4".to_owned(),
            // What leaves one field comes into the next.
            |event| {
                event.happening.actor.label.push('b');
                event.happening.actor.organisation.remove(0);
            },
        ];
        for (case, change) in changes.iter().enumerate() {
            let mut changed = event.clone();
            change(&mut changed);
            assert!(!changed.is_sound(), "case {case}");
        }
    }

    #[test]
    fn a_member_is_named_with_the_organisation() {
        let member = Principal::Member {
            id: crate::identity::MemberId(7),
            name: "Chen".to_owned(),
            organisation: "bureau".parse().unwrap(),
            roles: [crate::identity::Role::Editor].into(),
            tier: crate::identity::Tier::Government,
        };
        let expected = Actor { label: "Chen (bureau, member 7)".to_owned(), organisation: "bureau".to_owned() };
        assert_eq!(Actor::from(&member), expected);
        assert_eq!(Actor::from(&Principal::Operator), Actor::named("operator"));
    }
}
