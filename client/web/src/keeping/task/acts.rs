//! Doing something with the open changeset.

use cloudsite_link::{Client, LinkError};
use cloudsite_proto::change::{Changeset, RebaseChangesetRequest, Resolution};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::keeping::desk::Conflicts;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::work::Act;

/// What came of an act.
enum Outcome {
    /// The changeset is like this now.
    Is(Box<Changeset>),
    /// There is no changeset any more.
    Gone,
    /// It is as it was: this has to be decided first.
    Undecided(Conflicts),
}

impl Keeper {
    /// Does something with the open changeset; `reason` is why it is rejected.
    pub(crate) fn act(self, act: Act, reason: String) {
        let (page, desk) = (self.page, self.desk);
        let Some(changeset) = desk.changeset.get_untracked().filter(|_| desk.doing.get_untracked().is_none()) else {
            return;
        };
        let client = self.client();
        let decided = desk.conflicts.get_untracked().unwrap_or_default();
        desk.doing.set(Some(act));
        desk.failure.set(None);
        spawn_local(async move {
            let outcome = perform(&client, act, &changeset, &reason, decided).await;
            desk.doing.set(None);
            if page.open_changeset.get_untracked().as_ref() != Some(&changeset.name) {
                return;
            }
            match outcome {
                Ok(Outcome::Is(changeset)) => {
                    desk.conflicts.set(None);
                    self.tell_published(&changeset);
                    self.show_changeset(*changeset);
                }
                Ok(Outcome::Gone) => {
                    page.open_changeset.set(None);
                    page.toast.set(Some(untrack(|| page.text("toast.deleted"))));
                    self.look_again();
                }
                Ok(Outcome::Undecided(conflicts)) => desk.conflicts.set(Some(conflicts)),
                Err(error) => {
                    let is_conflict = matches!(&error, LinkError::Conflict { code, .. } if code == "CONFLICT");
                    desk.failure.set(Some(error));
                    self.look_again();
                    if is_conflict {
                        self.ask_conflicts(changeset.name);
                    }
                }
            }
        });
    }

    fn tell_published(self, changeset: &Changeset) {
        if changeset.published_revision > 0 {
            let number = changeset.published_revision.to_string();
            self.page.toast.set(Some(untrack(|| self.page.fill("toast.published", &[("n", &number)]))));
        }
    }

    /// Asks what is in conflict, and changes nothing.
    fn ask_conflicts(self, name: String) {
        let (desk, client) = (self.desk, self.client());
        spawn_local(async move {
            let request = RebaseChangesetRequest { name, validate_only: true, ..RebaseChangesetRequest::default() };
            // Whoever may not rebase is told by the failure that stands there already.
            if let Ok(reply) = client.rebase(request).await
                && !reply.conflicts.is_empty()
            {
                let conflicts = Conflicts { open: reply.conflicts, count: reply.conflict_count, ..Default::default() };
                desk.conflicts.set(Some(conflicts));
            }
        });
    }
}

async fn perform(
    client: &Client,
    act: Act,
    changeset: &Changeset,
    reason: &str,
    decided: Conflicts,
) -> Result<Outcome, LinkError> {
    let (name, etag) = (changeset.name.as_str(), changeset.etag.as_str());
    let changed = match act {
        Act::Validate => client.validate(name, etag).await?,
        Act::Approve => client.approve(name, etag).await?,
        Act::ApproveAndPublish => {
            let approved = client.approve(name, etag).await?;
            client.publish(name, &approved.etag).await?
        }
        Act::Publish => client.publish(name, etag).await?,
        Act::Reject => client.reject(name, etag, reason).await?,
        Act::Delete => {
            client.delete_changeset(name, etag).await?;
            return Ok(Outcome::Gone);
        }
        Act::Rebase => return rebase(client, name, etag, decided).await,
    };
    Ok(Outcome::Is(Box::new(changed)))
}

async fn rebase(client: &Client, name: &str, etag: &str, decided: Conflicts) -> Result<Outcome, LinkError> {
    let resolution = |((feature, path), side)| Resolution { feature, path, side: i32::from(side) };
    let resolutions = decided.decided.clone().into_iter().map(resolution).collect();
    let request =
        RebaseChangesetRequest { name: name.to_owned(), etag: etag.to_owned(), resolutions, validate_only: false };
    let reply = client.rebase(request).await?;
    if reply.conflicts.is_empty() {
        return Ok(Outcome::Is(Box::new(reply.changeset.unwrap_or_default())));
    }
    Ok(Outcome::Undecided(Conflicts { open: reply.conflicts, count: reply.conflict_count, ..decided }))
}
