//! The list of changesets.

use cloudsite_proto::change::Changeset;
use cloudsite_proto::identity::Role;
use leptos::prelude::*;

use crate::browser;
use crate::keeping::components::intake::ChooseFile;
use crate::keeping::desk::{Desk, Listed};
use crate::keeping::pure::work::{state_key, state_word};
use crate::pure::people::has;
use crate::state::Page;

/// Which are listed, a way to take a file in, and the list.
#[component]
pub(crate) fn Changesets() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let edits = move || page.caller.with(|caller| has(caller.as_ref(), Role::Editor));
    let choice = move |listed: Listed| {
        let chosen = move || desk.listed.get() == listed;
        view! {
            <button type="button" aria-pressed=move || chosen().to_string() on:click=move |_| desk.listed.set(listed)>
                {page.words(listed.key())}
            </button>
        }
    };
    let is_empty = move || desk.list.with(|list| list.loaded && list.changesets.is_empty());
    let failure = move || desk.list.with(|list| list.error.as_ref().map(|error| page.explain(error)));
    view! {
        <div class="desk-tools">
            <div class="segments" role="group" aria-label=page.words("changes.which")>
                {Listed::ALL.map(choice).into_iter().collect_view()}
            </div>
            <Show when=edits>
                <ChooseFile />
            </Show>
        </div>
        <div class="list-scroll">
            <ul class="changesets" data-testid="changesets">
                <For
                    each=move || desk.list.with(|list| list.changesets.clone())
                    key=|changeset| (changeset.name.clone(), changeset.etag.clone())
                    let:changeset
                >
                    <ChangesetItem changeset />
                </For>
            </ul>
            <Show when=is_empty>
                <p class="empty">{page.words("changes.none")}</p>
            </Show>
            <Show when=move || is_empty() && edits()>
                <p class="empty hint">{page.words("changes.none_hint")}</p>
            </Show>
            <Show when=move || failure().is_some()>
                <p class="empty" role="alert">{failure}</p>
            </Show>
        </div>
    }
}

/// Title, state, what it changes, who made it and when.
#[component]
fn ChangesetItem(
    /// The changeset.
    changeset: Changeset,
) -> impl IntoView {
    let page = Page::here();
    let state = changeset.state();
    let secs = changeset.updated_at.as_ref().map_or(0, |at| at.seconds);
    let open = {
        let name = changeset.name.clone();
        move |_| page.open_changeset.set(Some(name.clone()))
    };
    let author = changeset.author.split(" (").next().unwrap_or_default().to_owned();
    view! {
        <li>
            <button class="changeset-item" type="button" data-testid="changeset-item" data-state=state_word(state) on:click=open>
                <span class="changeset-title">{changeset.title.clone()}</span>
                <span class="state" data-state=state_word(state)>{page.words(state_key(state))}</span>
                <Counts created=changeset.created updated=changeset.updated ended=changeset.ended />
                <small>{move || browser::date_and_time(secs, page.language.get())} " · " {author}</small>
            </button>
        </li>
    }
}

/// How many features are new, changed and gone.
#[component]
pub(super) fn Counts(
    /// New.
    created: u64,
    /// Changed.
    updated: u64,
    /// Gone.
    ended: u64,
) -> impl IntoView {
    let page = Page::here();
    let count = move |kind: &'static str, sign: &'static str, count: u64| {
        let title = move || page.fill(&format!("changes.count_{kind}"), &[("n", &count.to_string())]);
        (count > 0).then(|| {
            view! {
                <span class="kind" data-kind=kind title=title>
                    <span aria-hidden="true">{sign} {count}</span>
                    <span class="unseen">{title}</span>
                </span>
            }
        })
    };
    view! {
        <span class="counts">
            {count("created", "+", created)} {count("updated", "~", updated)} {count("ended", "−", ended)}
        </span>
    }
}
