//! What someone can do with a changeset.

use cloudsite_proto::change::{Changeset, ChangesetState};
use cloudsite_proto::identity::{Caller, Role};

use crate::pure::people::has;

/// The states of a changeset on its way, in order, with the keys of their names.
pub(crate) const WAY: [(ChangesetState, &str); 4] = [
    (ChangesetState::Draft, "state.draft"),
    (ChangesetState::Validated, "state.validated"),
    (ChangesetState::Approved, "state.approved"),
    (ChangesetState::Published, "state.published"),
];

/// The key of a state's name.
pub(crate) const fn state_key(state: ChangesetState) -> &'static str {
    match state {
        ChangesetState::Unspecified | ChangesetState::Draft => "state.draft",
        ChangesetState::Validated => "state.validated",
        ChangesetState::Approved => "state.approved",
        ChangesetState::Published => "state.published",
        ChangesetState::Rejected => "state.rejected",
    }
}

/// Whether something can still come of a changeset.
pub(crate) const fn is_on_its_way(state: ChangesetState) -> bool {
    !matches!(state, ChangesetState::Published | ChangesetState::Rejected)
}

/// The word of a state for styles and tests.
pub(crate) const fn state_word(state: ChangesetState) -> &'static str {
    match state {
        ChangesetState::Unspecified | ChangesetState::Draft => "draft",
        ChangesetState::Validated => "validated",
        ChangesetState::Approved => "approved",
        ChangesetState::Published => "published",
        ChangesetState::Rejected => "rejected",
    }
}

/// Something to do with a changeset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Check it by the rules.
    Validate,
    /// Approve it and publish it, which is what the second person mostly wants.
    ApproveAndPublish,
    /// Approve it, and leave publishing for later.
    Approve,
    /// Make it a revision.
    Publish,
    /// Turn it down.
    Reject,
    /// Bring it to the newest revision.
    Rebase,
    /// Delete it.
    Delete,
}

impl Act {
    /// The word for keys and tests.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::ApproveAndPublish => "approve_publish",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Reject => "reject",
            Self::Rebase => "rebase",
            Self::Delete => "delete",
        }
    }

    /// The key of its name.
    pub(crate) fn key(self) -> String {
        format!("act.{}", self.word())
    }
}

/// What there is to do, the most likely first, and why nothing is, as a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) acts: Vec<Act>,
    /// What it waits for, if not for this caller.
    pub(crate) waits_for: Option<&'static str>,
}

/// What a caller can do with a changeset as it stands.
pub(crate) fn work(changeset: &Changeset, caller: Option<&Caller>) -> Work {
    let (edits, approves) = (has(caller, Role::Editor), has(caller, Role::Approver));
    let is_own = caller.is_some_and(|caller| edited_by(changeset, caller));
    let is_behind = changeset.base_revision < changeset.head_revision;
    let is_empty = changeset.created + changeset.updated + changeset.ended == 0;
    let mut acts = Vec::new();
    let mut waits_for = None;
    match changeset.state() {
        ChangesetState::Unspecified | ChangesetState::Draft => {
            if (edits || approves) && !is_empty {
                acts.push(Act::Validate);
            }
            let has_errors = changeset.validation.as_ref().is_some_and(|found| found.errors > 0);
            waits_for = (has_errors && !is_empty).then_some("work.errors");
        }
        ChangesetState::Validated if approves && !is_own => acts.extend([Act::ApproveAndPublish, Act::Approve]),
        ChangesetState::Validated => waits_for = Some("work.second_person"),
        ChangesetState::Approved if approves => acts.push(Act::Publish),
        ChangesetState::Approved => waits_for = Some("work.publish"),
        ChangesetState::Published | ChangesetState::Rejected => {}
    }
    let is_open = is_on_its_way(changeset.state());
    if edits && is_open && is_behind {
        acts.push(Act::Rebase);
    }
    if approves && is_open && !is_empty {
        acts.push(Act::Reject);
    }
    if edits && matches!(changeset.state(), ChangesetState::Draft | ChangesetState::Rejected) {
        acts.push(Act::Delete);
    }
    Work { acts, waits_for }
}

/// Whether a caller is among those who edited a changeset. The server decides; this only keeps a button away that it
/// would refuse.
fn edited_by(changeset: &Changeset, caller: &Caller) -> bool {
    let Some(member) = &caller.member else { return false };
    let id = member.name.trim_start_matches("members/");
    changeset.editors.iter().any(|editor| editor.ends_with(&format!("member {id})")))
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::change::Validation;
    use cloudsite_proto::identity::Member;

    use super::*;

    fn caller(id: u64, roles: &[Role]) -> Caller {
        let member = Member { name: format!("members/{id}"), ..Member::default() };
        let roles = roles.iter().map(|role| (*role).into()).collect();
        Caller { member: Some(member), roles, ..Caller::default() }
    }

    fn changeset(state: ChangesetState) -> Changeset {
        Changeset {
            state: state.into(),
            editors: vec!["Chen (demo-bureau, member 4)".to_owned()],
            base_revision: 3,
            head_revision: 3,
            updated: 2,
            ..Changeset::default()
        }
    }

    #[test]
    fn each_is_offered_what_the_state_and_the_role_allow() {
        use ChangesetState as State;
        let editor = caller(4, &[Role::Editor]);
        let approver = caller(5, &[Role::Approver]);
        let both = caller(4, &[Role::Editor, Role::Approver]);
        let cases = [
            (State::Draft, &editor, vec![Act::Validate, Act::Delete], None),
            (State::Draft, &approver, vec![Act::Validate, Act::Reject], None),
            (State::Validated, &editor, vec![], Some("work.second_person")),
            (State::Validated, &approver, vec![Act::ApproveAndPublish, Act::Approve, Act::Reject], None),
            (State::Validated, &both, vec![Act::Reject], Some("work.second_person")),
            (State::Approved, &editor, vec![], Some("work.publish")),
            (State::Approved, &approver, vec![Act::Publish, Act::Reject], None),
            (State::Published, &both, vec![], None),
            (State::Rejected, &editor, vec![Act::Delete], None),
        ];
        for (state, caller, acts, waits_for) in cases {
            assert_eq!(
                work(&changeset(state), Some(caller)),
                Work { acts, waits_for },
                "{state:?} by {:?}",
                caller.roles
            );
        }
        assert_eq!(work(&changeset(State::Validated), None).acts, []);
    }

    #[test]
    fn what_stands_in_the_way_is_said() {
        let editor = caller(4, &[Role::Editor]);
        let validation = Some(Validation { errors: 1, ..Validation::default() });
        let wrong = Changeset { validation, ..changeset(ChangesetState::Draft) };
        assert_eq!(work(&wrong, Some(&editor)).waits_for, Some("work.errors"));
        let behind = Changeset { head_revision: 4, ..changeset(ChangesetState::Draft) };
        assert!(work(&behind, Some(&editor)).acts.contains(&Act::Rebase));
        let empty = Changeset { updated: 0, ..changeset(ChangesetState::Draft) };
        assert_eq!(work(&empty, Some(&editor)).acts, [Act::Delete]);
        let other = caller(44, &[Role::Approver]);
        assert!(work(&changeset(ChangesetState::Validated), Some(&other)).acts.contains(&Act::Approve), "44 is not 4");
    }
}
