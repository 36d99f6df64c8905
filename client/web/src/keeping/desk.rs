//! What the page knows of changes on their way into the record, as signals: for those who keep it.

use std::collections::BTreeMap;

use cloudsite_link::LinkError;
use cloudsite_proto::change::{ChangedFeature, Changeset, ChangesetState, Conflict, Problem, Side as Whose};
use leptos::prelude::*;

use crate::keeping::editing::Editing;
use crate::keeping::intake::Intake;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::draft::Side;
use crate::keeping::pure::work::Act;

/// Which changesets are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Listed {
    /// Those on their way.
    #[default]
    Open,
    /// Those that became revisions.
    Published,
    /// Those that were turned down.
    Rejected,
}

impl Listed {
    /// All, in the order of the switch.
    pub(crate) const ALL: [Self; 3] = [Self::Open, Self::Published, Self::Rejected];

    /// The states that are listed.
    pub(crate) const fn states(self) -> &'static [ChangesetState] {
        match self {
            Self::Open => &[ChangesetState::Draft, ChangesetState::Validated, ChangesetState::Approved],
            Self::Published => &[ChangesetState::Published],
            Self::Rejected => &[ChangesetState::Rejected],
        }
    }

    /// The key of its name.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Open => "changes.open",
            Self::Published => "changes.published",
            Self::Rejected => "changes.rejected",
        }
    }
}

/// The changesets that are listed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ChangesetList {
    /// Newest first; the first page only, as there are never many.
    pub(crate) changesets: Vec<Changeset>,
    /// Whether a first answer was here.
    pub(crate) loaded: bool,
    pub(crate) error: Option<LinkError>,
}

/// What stands in the way of bringing a changeset to the newest revision, and what was decided of it so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Conflicts {
    pub(crate) open: Vec<Conflict>,
    /// How many there are altogether.
    pub(crate) count: u64,
    /// Which side is right, by feature and path.
    pub(crate) decided: BTreeMap<(String, String), Whose>,
}

impl Conflicts {
    /// Whether every conflict that is shown was decided.
    pub(crate) fn all_decided(&self) -> bool {
        self.open.iter().all(|conflict| self.decided.contains_key(&key_of(conflict)))
    }
}

/// What a conflict is about: feature and path.
pub(crate) fn key_of(conflict: &Conflict) -> (String, String) {
    (conflict.feature.clone(), conflict.path.clone())
}

/// The signals of the desk.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) listed: RwSignal<Listed>,
    pub(crate) list: RwSignal<ChangesetList>,
    pub(crate) changeset: RwSignal<Option<Changeset>>,
    /// What it changes, as far as it was loaded.
    pub(crate) changes: RwSignal<Vec<ChangedFeature>>,
    /// What is wrong with it, as far as it was loaded.
    pub(crate) problems: RwSignal<Vec<Problem>>,
    /// Whether changes and problems are being loaded.
    pub(crate) loading: RwSignal<bool>,
    /// Name of the changed feature that is looked at.
    pub(crate) looked_at: RwSignal<Option<String>>,
    /// Name of the changed feature that is looked at as soon as the next changeset opens.
    pub(crate) first_look: RwSignal<Option<String>>,
    /// Which side the 3D park shows.
    pub(crate) side: RwSignal<Side>,
    /// What is being done.
    pub(crate) doing: RwSignal<Option<Act>>,
    pub(crate) failure: RwSignal<Option<LinkError>>,
    pub(crate) conflicts: RwSignal<Option<Conflicts>>,
    /// The file that is being taken in.
    pub(crate) intake: RwSignal<Option<Intake>>,
    /// Whether a file is held over the page.
    pub(crate) hovering: RwSignal<bool>,
    /// The parcel that is being edited.
    pub(crate) editing: RwSignal<Option<Editing>>,
}

impl Desk {
    /// The desk that the components belong to.
    pub(crate) fn here() -> &'static Self {
        Keeper::here().desk
    }

    /// An empty desk.
    pub(crate) fn new() -> Self {
        Self {
            listed: RwSignal::new(Listed::Open),
            list: RwSignal::new(ChangesetList::default()),
            changeset: RwSignal::new(None),
            changes: RwSignal::new(Vec::new()),
            problems: RwSignal::new(Vec::new()),
            loading: RwSignal::new(false),
            looked_at: RwSignal::new(None),
            first_look: RwSignal::new(None),
            side: RwSignal::new(Side::After),
            doing: RwSignal::new(None),
            failure: RwSignal::new(None),
            conflicts: RwSignal::new(None),
            intake: RwSignal::new(None),
            hovering: RwSignal::new(false),
            editing: RwSignal::new(None),
        }
    }
}
