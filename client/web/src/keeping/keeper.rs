//! What stands behind [`Keeping`].

use cloudsite_link::Client;
use cloudsite_proto::land::Parcel;
use cloudsite_proto::scene::Overlay;
use leptos::prelude::*;

use super::Keeping;
use super::components::desk::{ChangeCard, Changes, Tabs};
use super::components::editor::Editor;
use super::components::intake::{DropArea, IntakeDialog};
use super::desk::Desk;
use super::pure::draft::{self, Side};
use super::pure::work::is_on_its_way;
use crate::pure::camera;
use crate::state::{Page, Tab};
use crate::task::Loader;

/// Changes the record's future: what components and tasks of this folder hold on to. A copy is a handle to the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keeper {
    pub(super) page: Page,
    pub(super) desk: &'static Desk,
    loader: Loader,
    /// Counts what is done with files, so that only the newest goes on.
    pub(super) intake_number: StoredValue<u32>,
}

impl Keeper {
    /// Begins to follow who is signed in and what is open.
    pub(super) fn new(page: Page, loader: Loader) -> Self {
        let desk: &'static Desk = Box::leak(Box::new(Desk::new()));
        let keeper = Self { page, desk, loader, intake_number: StoredValue::new(0) };
        keeper.follow_desk();
        keeper.follow_editing();
        keeper
    }

    /// Of whom the components belong to.
    pub(super) fn here() -> Self {
        expect_context()
    }

    pub(super) fn client(self) -> Client {
        self.loader.client()
    }

    /// Draws, with this in the context of what is drawn.
    fn draw<View: IntoAny>(self, view: impl FnOnce() -> View) -> AnyView {
        provide_context(self);
        view().into_any()
    }

    /// Whether the open changeset's draft is laid over the park. What was published the record shows itself.
    fn shows_draft(self) -> bool {
        let (page, desk) = (self.page, self.desk);
        let is_open =
            desk.changeset.with(|changeset| changeset.as_ref().is_some_and(|known| is_on_its_way(known.state())));
        is_open && page.keeps() && page.tab.get() == Tab::Changes
    }
}

impl Keeping for Keeper {
    fn tabs(&self) -> AnyView {
        self.draw(|| view! { <Tabs /> })
    }

    fn changes(&self) -> AnyView {
        self.draw(|| view! { <Changes /> })
    }

    fn change_card(&self) -> AnyView {
        self.draw(|| view! { <ChangeCard /> })
    }

    fn editor(&self) -> AnyView {
        self.draw(|| view! { <Editor /> })
    }

    fn intake(&self) -> AnyView {
        self.draw(|| {
            view! {
                <DropArea />
                <IntakeDialog />
            }
        })
    }

    fn compares(&self) -> bool {
        self.page.keeps() && self.page.tab.get() == Tab::Changes && self.desk.looked_at.with(Option::is_some)
    }

    fn stop_comparing(&self) {
        self.desk.looked_at.set(None);
    }

    fn edits(&self) -> bool {
        self.desk.editing.with(Option::is_some)
    }

    fn asks(&self) -> bool {
        self.desk.intake.with_untracked(Option::is_some)
    }

    fn edit(&self, parcel: Parcel) {
        self.begin_edit(parcel);
    }

    /// Shows before and after of a parcel that was clicked, if the open changeset changes it.
    fn hear_click(&self, parcel: Option<&str>) {
        let desk = self.desk;
        let name = parcel.map(|code| format!("parcel/{code}"));
        let changes_it =
            desk.changes.with_untracked(|changes| changes.iter().any(|change| Some(&change.name) == name.as_ref()));
        let looked_at = name.filter(|_| changes_it);
        if desk.looked_at.get_untracked() != looked_at {
            desk.looked_at.set(looked_at);
        }
    }

    fn hear_revision(&self) {
        self.look_again();
    }

    fn splits(&self) -> bool {
        let desk = self.desk;
        desk.side.get() == Side::Both && desk.editing.with(Option::is_none) && self.shows_draft()
    }

    /// The open changeset's draft, as long as its tab is shown; before it, what is being edited.
    fn overlay(&self) -> Overlay {
        let (page, desk) = (self.page, self.desk);
        let shown = self.shows_draft();
        let (side, looked_at) = (desk.side.get(), desk.looked_at.get());
        page.park.with(|park| {
            let Some(park) = park.as_ref() else { return Overlay::default() };
            let edited = desk.editing.with(|editing| Some(draft::edited(&editing.as_ref()?.areas, park)));
            if let Some(edited) = edited {
                return edited;
            }
            if !shown {
                return Overlay::default();
            }
            let place = camera::park_from_lon_lat(park);
            desk.changes.with(|changes| {
                desk.problems.with(|problems| draft::overlay(changes, problems, looked_at.as_deref(), side, &place))
            })
        })
    }
}
