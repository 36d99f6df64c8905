//! The list of changesets, and the open one.

use std::time::Duration;

use cloudsite_link::{Client, LinkError};
use cloudsite_proto::change::{
    ChangeView, ChangedFeature, Changeset, ListChangesRequest, ListProblemsRequest, Problem,
};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::keeping::desk::ChangesetList;
use crate::keeping::keeper::Keeper;
use crate::state::Tab;

/// How often what others do with changesets is looked for, while they are on the page.
const LOOK_AGAIN: Duration = Duration::from_secs(4);

/// Features and problems in one reply, and at most so many of either are shown: who has more to look at looks at the
/// worst first.
const PAGE: i32 = 250;
const MOST: usize = 1_000;

impl Keeper {
    /// Follows who is signed in and what of the desk is open.
    pub(in crate::keeping) fn follow_desk(self) {
        let (page, desk) = (self.page, self.desk);
        Effect::new(move |_| {
            let keeps = page.keeps();
            desk.listed.track();
            if keeps {
                self.load_changesets();
            } else {
                desk.list.set(ChangesetList::default());
            }
        });
        // A link says what to begin with; whoever signs in after someone else begins anew.
        Effect::new(move |kept: Option<bool>| {
            let keeps = page.keeps();
            if kept == Some(true) && !keeps {
                page.tab.set(Tab::Find);
                page.open_changeset.set(None);
            }
            keeps
        });
        Effect::new(move |_| {
            let keeps = page.keeps();
            let open = page.open_changeset.get();
            self.clear_changeset();
            if let Some(name) = open.filter(|_| keeps) {
                self.load_changeset(name);
            }
        });
        spawn_local(async move {
            loop {
                sleep(LOOK_AGAIN).await;
                let seen = page.tab.get_untracked() == Tab::Changes && browser::is_visible();
                if seen && self.keeps() {
                    self.look_again();
                }
            }
        });
    }

    /// Loads again what may have changed of the list and the open changeset.
    pub(in crate::keeping) fn look_again(self) {
        let desk = self.desk;
        if !self.keeps() {
            return;
        }
        self.load_changesets();
        if let Some(name) = self.page.open_changeset.get_untracked().filter(|_| desk.doing.get_untracked().is_none()) {
            self.load_changeset(name);
        }
    }

    /// Whether it is still, or already, someone's who may see changesets.
    fn keeps(self) -> bool {
        untrack(|| self.page.keeps())
    }

    fn clear_changeset(self) {
        let desk = self.desk;
        desk.changeset.set(None);
        desk.changes.set(Vec::new());
        desk.problems.set(Vec::new());
        desk.looked_at.set(desk.first_look.try_update_untracked(Option::take).flatten());
        desk.failure.set(None);
        desk.conflicts.set(None);
    }

    fn load_changesets(self) {
        let (desk, client) = (self.desk, self.client());
        let listed = desk.listed.get_untracked();
        spawn_local(async move {
            let reply = client.changesets(listed.states(), "").await;
            if desk.listed.get_untracked() != listed || !self.keeps() {
                return;
            }
            match reply {
                Ok(reply) => {
                    let list = ChangesetList { changesets: reply.changesets, loaded: true, error: None };
                    if desk.list.with_untracked(|known| *known != list) {
                        desk.list.set(list);
                    }
                }
                Err(error) => desk.list.update(|list| list.error = Some(error)),
            }
        });
    }

    /// Loads the open changeset, and what it changes if that is not what is shown already.
    fn load_changeset(self, name: String) {
        let (page, desk, client) = (self.page, self.desk, self.client());
        spawn_local(async move {
            let reply = client.changeset(&name).await;
            if page.open_changeset.get_untracked().as_ref() == Some(&name) && self.keeps() {
                match reply {
                    Ok(changeset) => self.show_changeset(changeset),
                    Err(error) => desk.failure.set(Some(error)),
                }
            }
        });
    }

    /// Shows a changeset as it is now.
    pub(in crate::keeping) fn show_changeset(self, changeset: Changeset) {
        let (page, desk, client) = (self.page, self.desk, self.client());
        let is_known = desk.changeset.with_untracked(|known| known.as_ref() == Some(&changeset));
        if is_known {
            return;
        }
        let (name, etag) = (changeset.name.clone(), changeset.etag.clone());
        desk.list.update(|list| {
            if let Some(known) = list.changesets.iter_mut().find(|known| known.name == name) {
                known.clone_from(&changeset);
            }
        });
        desk.changeset.set(Some(changeset));
        desk.loading.set(true);
        spawn_local(async move {
            let loaded = futures::join!(changes(&client, &name), problems(&client, &name));
            let is_shown = |known: &Option<Changeset>| known.as_ref().is_some_and(|known| known.etag == etag);
            if page.open_changeset.get_untracked().as_ref() != Some(&name) || !desk.changeset.with_untracked(is_shown) {
                return;
            }
            match loaded {
                (Ok(changes), Ok(problems)) => {
                    desk.changes.set(changes);
                    desk.problems.set(problems);
                }
                (Err(error), _) | (_, Err(error)) => desk.failure.set(Some(error)),
            }
            desk.loading.set(false);
        });
    }
}

async fn changes(client: &Client, changeset: &str) -> Result<Vec<ChangedFeature>, LinkError> {
    let mut changes = Vec::new();
    let mut request = ListChangesRequest {
        changeset: changeset.to_owned(),
        view: ChangeView::Full.into(),
        page_size: PAGE,
        ..ListChangesRequest::default()
    };
    loop {
        let reply = client.changes(request.clone()).await?;
        changes.extend(reply.changes);
        request.page_token = reply.next_page_token;
        if request.page_token.is_empty() || changes.len() >= MOST {
            return Ok(changes);
        }
    }
}

async fn problems(client: &Client, changeset: &str) -> Result<Vec<Problem>, LinkError> {
    let mut problems = Vec::new();
    let mut request =
        ListProblemsRequest { changeset: changeset.to_owned(), page_size: PAGE, ..ListProblemsRequest::default() };
    loop {
        let reply = client.problems(request.clone()).await?;
        problems.extend(reply.problems);
        request.page_token = reply.next_page_token;
        if request.page_token.is_empty() || problems.len() >= MOST {
            return Ok(problems);
        }
    }
}
