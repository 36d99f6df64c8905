//! Briefs that are kept: reading, opening and changing them.

use std::future::Future;

use cloudsite_link::LinkError;
use cloudsite_proto::siting::{Brief, CreateBriefRequest, SavedBrief, UpdateBriefRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::browser;
use crate::pure::brief::Draft;
use crate::pure::saved::{Shelf, filled_in};

impl Loader {
    /// Reads which briefs there are when someone signs in, and opens the one that a link leads to; when they sign out,
    /// forgets them.
    pub(super) fn follow_saved(self) {
        let page = self.page;
        if page.shelf.with_untracked(|shelf| shelf.wanted.is_some()) {
            page.brief.set(Some(Draft::default()));
        }
        let member =
            Memo::new(move |_| page.caller.with(|caller| Some(caller.as_ref()?.member.as_ref()?.name.clone())));
        Effect::new(move |was: Option<Option<String>>| {
            let is = member.get();
            if is.is_some() {
                self.load_saved();
            } else if was.flatten().is_some() {
                page.shelf.set(Shelf::default());
            }
            is
        });
        // A form that is closed is no kept brief's any more.
        let stands_open = Memo::new(move |_| page.brief.with(Option::is_some));
        Effect::new(move |_| {
            if !stands_open.get() {
                self.leave_saved();
            }
        });
    }

    /// What the form says from now on is of no kept brief.
    pub(crate) fn leave_saved(self) {
        self.page.shelf.update(|shelf| {
            let (briefs, next) = (std::mem::take(&mut shelf.briefs), std::mem::take(&mut shelf.next));
            *shelf = Shelf { briefs, next, ..Shelf::default() };
        });
    }

    fn load_saved(self) {
        let (page, client) = (self.page, self.client());
        let wanted = page.shelf.with_untracked(|shelf| shelf.wanted.clone());
        spawn_local(async move {
            match client.saved_briefs("").await {
                Ok((briefs, next)) => page.shelf.update(|shelf| (shelf.briefs, shelf.next) = (briefs, next)),
                Err(error) => page.shelf.update(|shelf| shelf.error = Some(error)),
            }
            if let Some(name) = wanted {
                self.open_saved(name);
            }
        });
    }

    /// Reads the next page of the kept briefs.
    pub(crate) fn more_saved(self) {
        let (page, client) = (self.page, self.client());
        let next = page.shelf.with_untracked(|shelf| shelf.next.clone());
        self.attempt(async move { client.saved_briefs(&next).await }, move |(briefs, next)| {
            page.shelf.update(|shelf| shelf.more(briefs, next));
        });
    }

    /// Fills the form in from a kept brief.
    pub(crate) fn open_saved(self, name: String) {
        let page = self.page;
        let client = self.client();
        self.attempt(async move { client.saved_brief(&name).await }, move |saved| {
            let (draft, unshown) = filled_in(&saved.brief.clone().unwrap_or_default());
            page.brief.set(Some(draft));
            page.shelf.update(|shelf| shelf.opened(saved, unshown));
        });
    }

    /// Keeps what is filled in, under a title, as a brief of its own.
    pub(crate) fn keep_brief(self, title: String) {
        let Some((brief, revision)) = self.filled_in() else { return };
        let client = self.client();
        let asked =
            CreateBriefRequest { title, brief: Some(brief), matched_revision: revision, request_id: String::new() };
        let mut request = asked.clone();
        self.page.shelf.update(|shelf| request = shelf.keep(asked, browser::random_name()));
        self.attempt(async move { client.keep_brief(request).await }, move |saved| self.kept(saved));
    }

    /// Keeps what is filled in, in place of what the open brief asked.
    pub(crate) fn keep_changes(self) {
        let open = self.page.shelf.with_untracked(|shelf| shelf.open.clone());
        let (Some(open), Some((brief, revision))) = (open, self.filled_in()) else { return };
        let SavedBrief { name, etag, .. } = open;
        let brief = Some(brief);
        let request = UpdateBriefRequest { name, brief, matched_revision: Some(revision), etag, ..Default::default() };
        let client = self.client();
        self.attempt(async move { client.change_brief(request).await }, move |saved| self.kept(saved));
    }

    /// Gives a kept brief another title.
    pub(crate) fn rename_saved(self, name: String, title: String) {
        let (page, client) = (self.page, self.client());
        let request = UpdateBriefRequest { name, title: Some(title), ..UpdateBriefRequest::default() };
        self.attempt(async move { client.change_brief(request).await }, move |saved| {
            page.shelf.update(|shelf| {
                if let Some(known) = shelf.briefs.iter_mut().find(|known| known.name == saved.name) {
                    known.clone_from(&saved);
                }
                if let Some(open) = shelf.open.as_mut().filter(|open| open.name == saved.name) {
                    open.clone_from(&saved);
                }
            });
        });
    }

    /// Deletes a kept brief. What it filled in stays in the form.
    pub(crate) fn delete_saved(self, name: String) {
        let (page, client) = (self.page, self.client());
        let gone = name.clone();
        self.attempt(async move { client.delete_brief(&name).await }, move |()| {
            page.shelf.update(|shelf| {
                shelf.briefs.retain(|known| known.name != gone);
                shelf.open.take_if(|open| open.name == gone);
            });
        });
    }

    /// The brief as it is filled in, and the revision that it was last answered at.
    fn filled_in(self) -> Option<(Brief, u64)> {
        let asked = self.page.brief.with_untracked(|draft| Some(draft.as_ref()?.request(0)?.0.brief));
        let revision = self.page.matched.with_untracked(|matched| matched.reply().map_or(0, |reply| reply.revision));
        Some((asked??, revision))
    }

    fn kept(self, saved: SavedBrief) {
        let page = self.page;
        let unshown = page.shelf.with_untracked(|shelf| {
            let same = shelf.open.as_ref().is_some_and(|open| open.name == saved.name);
            if same { shelf.unshown } else { 0 }
        });
        page.shelf.update(|shelf| shelf.opened(saved, unshown));
        page.toast.set(Some(untrack(|| page.text("toast.brief_kept"))));
    }

    /// Does something with kept briefs; what goes wrong is said beside them.
    fn attempt<T: 'static>(
        self,
        call: impl Future<Output = Result<T, LinkError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        let shelf = self.page.shelf;
        spawn_local(async move {
            match call.await {
                Ok(answer) => {
                    shelf.update(|shelf| shelf.error = None);
                    done(answer);
                }
                Err(error) => shelf.update(|shelf| shelf.error = Some(error)),
            }
        });
    }
}
