//! Which time the page shows: now, or as of a revision or a day.

use cloudsite_proto::identity::Organisation;
use cloudsite_proto::land::Revision;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use super::connection::ConnectionWord;
use crate::browser;
use crate::pure::moment::made_at;
use crate::pure::people::best_organisation_name;
use crate::state::Page;
use crate::task::Loader;

/// The connection's word, and behind it a day to look at and the list of revisions.
#[component]
pub(crate) fn TimeSwitch() -> impl IntoView {
    let page = Page::here();
    let place = NodeRef::<html::Details>::new();
    let is_open = move || place.get_untracked().is_some_and(|details| details.open());
    let close = move || {
        if let Some(details) = place.get_untracked() {
            details.set_open(false);
        }
    };
    let toggled = move |_| {
        if let Some(loader) = use_context::<Loader>().filter(|_| is_open()) {
            loader.load_revisions();
            loader.load_organisations();
        }
    };
    view! {
        <details class="drop time" name="bar" node_ref=place on:toggle=toggled>
            <summary class="button" title=page.words("time.title") data-testid="time-switch">
                <ConnectionWord />
            </summary>
            <div class="drop-body" role="group" aria-label=page.words("time.title")>
                <h2>{page.words("time.title")}</h2>
                <Day close />
                <Revisions close />
            </div>
        </details>
    }
}

/// A day whose end is looked at.
#[component]
fn Day(
    /// Closes what is folded out.
    close: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let page = Page::here();
    let loader = use_context::<Loader>();
    let (day, whom) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let show = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(loader) = loader else { return };
        let asked = whom.get_untracked();
        let of = |organisations: &Vec<Organisation>| organisations.iter().find(|known| known.name == asked).cloned();
        match page.organisations.with_untracked(of) {
            Some(organisation) => loader.show_shown(organisation, day.get_untracked()),
            None => loader.show_day(&day.get_untracked()),
        }
        close();
    };
    let option = move |organisation: Organisation| {
        let name = organisation.name.clone();
        view! {
            <option value=name>{move || best_organisation_name(&organisation, page.language.get())}</option>
        }
    };
    view! {
        <form class="day" on:submit=show>
            <label>
                <span>{page.words("time.day")}</span>
                <input
                    class="field"
                    type="date"
                    required
                    max=browser::latest_day()
                    data-testid="time-day"
                    prop:value=move || day.get()
                    on:input=move |event| day.set(event_target_value(&event))
                />
            </label>
            <Show when=move || page.organisations.with(|all| !all.is_empty())>
                <label>
                    <span>{page.words("time.whom")}</span>
                    <select
                        class="field"
                        data-testid="time-whom"
                        prop:value=move || whom.get()
                        on:change=move |event| whom.set(event_target_value(&event))
                    >
                        <option value="">{page.words("time.me")}</option>
                        <For each=move || page.organisations.get() key=|known| known.name.clone() children=option />
                    </select>
                </label>
            </Show>
            <button class="button" type="submit" data-testid="time-day-show">{page.words("time.show")}</button>
        </form>
    }
}

/// The revisions, newest first.
#[component]
fn Revisions(
    /// Closes what is folded out.
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let page = Page::here();
    let loader = use_context::<Loader>();
    let newest = move || page.revisions.with(|list| list.revisions.first().map(|revision| revision.number));
    let choose = move |revision: Revision| {
        if let Some(loader) = loader {
            if newest() == Some(revision.number) {
                loader.show_now();
            } else {
                loader.show_revision(revision);
            }
            close();
        }
    };
    let failure = move || page.revisions.with(|list| list.error.as_ref().map(|error| page.explain(error)));
    view! {
        <ol class="revisions" data-testid="revisions">
            <For each=move || page.revisions.with(|list| list.revisions.clone()) key=|revision| revision.number let:revision>
                <RevisionItem revision newest=Signal::derive(newest) choose />
            </For>
        </ol>
        <Show when=move || page.revisions.with(|list| list.loading)>
            <p class="empty" role="status">{page.words("time.loading")}</p>
        </Show>
        <Show when=move || failure().is_some()>
            <p class="empty" role="alert">{failure}</p>
        </Show>
        <Show when=move || page.revisions.with(|list| !list.loading && !list.next_page_token.is_empty())>
            <button
                class="button more"
                type="button"
                on:click=move |_| {
                    if let Some(loader) = loader {
                        loader.load_revision_page();
                    }
                }
            >
                {page.words("time.more")}
            </button>
        </Show>
    }
}

/// One revision: number, time, author and message.
#[component]
fn RevisionItem(
    /// The revision.
    revision: Revision,
    /// The number of the newest one.
    newest: Signal<Option<u64>>,
    /// Shows it.
    choose: impl Fn(Revision) + Copy + 'static,
) -> impl IntoView {
    let page = Page::here();
    let (number, secs) = (revision.number, made_at(&revision));
    let shown = move || page.as_of.get().or_else(|| newest.get()) == Some(number);
    let (author, message) = (revision.author.clone(), revision.message.clone());
    view! {
        <li>
            <button
                class="revision"
                type="button"
                aria-current=move || shown().then_some("true")
                data-testid="revision"
                data-revision=number
                on:click=move |_| choose(revision.clone())
            >
                <b>{number}</b>
                <span class="revision-what">{message}</span>
                <small>{move || browser::date_and_time(secs, page.language.get())} " · " {author}</small>
            </button>
        </li>
    }
}
