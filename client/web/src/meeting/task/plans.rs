//! Meetings that are planned, and the links by which others come.

use cloudsite_link::LinkError;
use cloudsite_proto::identity::Role;
use cloudsite_proto::meeting::{CreateGuestLinkRequest, Meeting, MeetingRole};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::meeting::attending::Attending;
use crate::meeting::hall::Planning;
use crate::pure::people::has;

impl Attending {
    /// Looks which meetings there are for whoever is signed in.
    pub(in crate::meeting) fn follow_plans(self) {
        Effect::new(move |_| {
            let is_member = self.page.caller.with(Option::is_some);
            if is_member && self.page.asks_meetings.get() {
                self.load_plans();
            } else if !is_member {
                self.hall.plans.set(None);
            }
        });
    }

    /// Looks again.
    pub(in crate::meeting) fn load_plans(self) {
        let client = self.loader.client();
        spawn_local(async move {
            let plans = client.meetings().await;
            let is_lost = matches!(plans, Err(LinkError::Unreachable { .. }));
            // What was seen before is better than nothing.
            if !(is_lost && self.hall.plans.with_untracked(|known| matches!(known, Some(Ok(_))))) {
                self.hall.plans.set(Some(plans));
            }
        });
    }

    /// Whether whoever is signed in can plan meetings. Follows.
    pub(in crate::meeting) fn plans_meetings(self) -> bool {
        self.page.caller.with(|caller| has(caller.as_ref(), Role::Host))
    }

    /// Plans a meeting, and goes on to invite to it.
    pub(in crate::meeting) async fn plan(self, meeting: Meeting) -> Result<(), LinkError> {
        let meeting = self.loader.client().create_meeting(meeting).await?;
        self.load_plans();
        self.invite_to(meeting);
        Ok(())
    }

    /// Calls a meeting off.
    pub(in crate::meeting) fn call_off(self, meeting: Meeting) {
        let client = self.loader.client();
        spawn_local(async move {
            if let Err(error) = client.update_meeting(Meeting { cancelled: true, ..meeting }).await {
                self.say_refusal(&error);
            }
            self.load_plans();
        });
    }

    /// Opens the dialog that makes links to a meeting.
    pub(in crate::meeting) fn invite_to(self, meeting: Meeting) {
        self.hall.made.set(None);
        self.hall.links.set(None);
        self.hall.planning.set(Some(Planning::Invite(Box::new(meeting))));
    }

    /// Makes a link to a meeting.
    pub(in crate::meeting) async fn make_link(
        self,
        parent: String,
        display_name: String,
        role: MeetingRole,
        language: String,
    ) -> Result<(), LinkError> {
        let request = CreateGuestLinkRequest { parent: parent.clone(), display_name, role: role.into(), language };
        let made = self.loader.client().create_guest_link(request).await?;
        self.hall.made.set(Some(made));
        self.load_links(parent);
        Ok(())
    }

    /// Looks which links lead to a meeting.
    pub(in crate::meeting) fn load_links(self, parent: String) {
        let client = self.loader.client();
        spawn_local(async move {
            let links = client.guest_links(&parent).await;
            self.hall.links.set(Some(links));
        });
    }

    /// Takes a link back, and whoever came by it out of the meeting.
    pub(in crate::meeting) async fn take_link_back(self, name: &str) -> Result<(), LinkError> {
        let taken = self.loader.client().revoke_guest_link(name).await?;
        if let Some((parent, _)) = taken.name.split_once("/guestLinks/") {
            self.load_links(parent.to_owned());
        }
        Ok(())
    }
}
