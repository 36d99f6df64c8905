//! Who is there by which link, and what a link that was taken back comes to.

use std::collections::BTreeMap;

use cloudsite_domain::meeting::ParticipantId;
use cloudsite_proto::meeting::farewell::Reason;

use super::super::token::Came;
use super::Running;

impl Running {
    /// Those who have a seat that they came to by a link.
    fn seated_by_links(&self) -> impl Iterator<Item = (u32, ParticipantId)> {
        self.seats.iter().filter_map(|(id, seat)| match seat.seating.came {
            Some(Came::Link { link }) => Some((link, *id)),
            Some(Came::Member { .. }) | None => None,
        })
    }

    /// What those are called who are there by each link.
    pub(super) fn present_by_links(&self) -> BTreeMap<u32, Vec<String>> {
        let mut present: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let equipped = self.equipped.iter().filter(|(_, known)| known.peer.is_some());
        for (link, id) in self.seated_by_links().chain(equipped.map(|(link, known)| (*link, known.id))) {
            let names = self.meeting.person(id).map(|person| person.name.to_string());
            present.entry(link).or_default().extend(names);
        }
        present
    }

    /// A link was taken back: whoever came by it goes, and so does what came by its token.
    pub(super) async fn let_go_by_link(&mut self, link: u32) {
        let seated: Vec<_> = self.seated_by_links().filter(|(by, _)| *by == link).map(|(_, id)| id).collect();
        for id in &seated {
            self.dismiss(*id, Reason::LinkRevoked).await;
        }
        let equipped = self.equipped.get(&link).map(|known| known.id);
        for id in seated.into_iter().chain(equipped) {
            self.log("link was taken back", id, &[("link", link.to_string())]);
            self.meeting.leave(id);
            self.is_changed = true;
        }
    }
}
