//! Briefs that the reader's organisation keeps: keeping what is filled in, and opening what was kept.

use cloudsite_link::LinkError;
use cloudsite_proto::siting::SavedBrief;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::refusal::explained;
use crate::browser;
use crate::components::header::share_button::share;
use crate::pure::facts::code_of;
use crate::state::Page;
use crate::task::Loader;

/// For who is signed in: a title to keep the brief under, and those that are kept. For a visitor whom a link leads to one:
/// a way to sign in.
#[component]
pub(super) fn Saved() -> impl IntoView {
    let page = Page::here();
    let is_member =
        Memo::new(move |_| page.caller.with(|caller| caller.as_ref().is_some_and(|one| one.member.is_some())));
    let is_led = move || page.shelf.with(|shelf| shelf.wanted.is_some());
    let explain = move |error: &LinkError| match error {
        LinkError::NotFound { .. } => page.text("saved.not_there"),
        LinkError::Invalid { field, .. } if field.starts_with("brief.") => {
            page.matched.with(|matched| explained(page, error, matched.refused.as_ref()))
        }
        error => page.explain(error),
    };
    let trouble = move || page.shelf.with(|shelf| shelf.error.as_ref().map(explain));
    view! {
        <Show when=move || is_led() && !is_member.get()>
            <p class="notice brief-led" role="status" data-testid="brief-led">
                {page.words("saved.sign_in")} " "
                <button class="link" type="button" on:click=move |_| page.signing_in.set(true)>
                    {page.words("account.sign_in")}
                </button>
            </p>
        </Show>
        <Show when=move || is_member.get()>
            <section class="saved" data-testid="saved">
                <Keep />
                <Kept />
            </section>
        </Show>
        {move || trouble().map(|text| view! { <p class="notice saved-trouble" role="alert">{text}</p> })}
    }
}

/// What is open, and a title to keep the form under.
#[component]
fn Keep() -> impl IntoView {
    let page = Page::here();
    let loader = expect_context::<Loader>();
    let title = RwSignal::new(String::new());
    let open = Memo::new(move |_| page.shelf.with(|shelf| shelf.open.clone()));
    let unshown = move || page.shelf.with(|shelf| shelf.unshown);
    let changes = move || open.with(|open| open.as_ref().is_some_and(|open| open.can_change)) && unshown() == 0;
    let is_filled_in = move || page.brief.with(|draft| draft.as_ref().is_some_and(|draft| draft.request(0).is_some()));
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let chosen = title.with(|title| title.trim().to_owned());
        if !chosen.is_empty() {
            loader.keep_brief(chosen);
            title.set(String::new());
        }
    };
    view! {
        <Show when=move || open.with(Option::is_some)>
            <p class="saved-open" data-testid="saved-open">
                <strong>{move || open.with(|open| open.as_ref().map(|open| open.title.clone()))}</strong>
                <small>{move || open.with(|open| open.as_ref().map(|open| told(page, open)))}</small>
                <span class="chips">
                    <Show when=changes>
                        <button class="chip" type="button" data-testid="saved-change" on:click=move |_| loader.keep_changes()>
                            {page.words("saved.change")}
                        </button>
                    </Show>
                    <button class="chip" type="button" data-testid="saved-share" title=page.words("saved.share_detail") on:click=move |_| share(page)>
                        {page.words("saved.share")}
                    </button>
                </span>
            </p>
        </Show>
        <Show when=move || { unshown() > 0 }>
            <p class="notice saved-trouble">{move || page.fill("saved.unshown", &[("n", &unshown().to_string())])}</p>
        </Show>
        <form class="saved-keep" on:submit=keep>
            <input
                class="field"
                type="text"
                maxlength="100"
                placeholder=page.words("saved.title_hint")
                aria-label=page.words("saved.title_hint")
                prop:value=move || title.get()
                data-testid="saved-title"
                on:input=move |event| title.set(event_target_value(&event))
            />
            <button
                class="button"
                type="submit"
                data-testid="saved-keep"
                disabled=move || title.with(|title| title.trim().is_empty()) || !is_filled_in()
            >
                {page.words("saved.keep")}
            </button>
        </form>
    }
}

/// Those that are kept.
#[component]
fn Kept() -> impl IntoView {
    let page = Page::here();
    let loader = expect_context::<Loader>();
    let count = move || page.shelf.with(|shelf| shelf.briefs.len());
    let has_more = move || page.shelf.with(|shelf| !shelf.next.is_empty());
    // More than were read: how many is not known.
    let counted = move || if has_more() { format!("{}+", count()) } else { count().to_string() };
    view! {
        <details class="saved-list">
            <summary data-testid="saved-list">
                {page.words("saved.list")} <span class="saved-count">{counted}</span>
            </summary>
            <Show when=move || count() == 0>
                <p class="hint">{page.words("saved.none")}</p>
            </Show>
            <ul>
                <For
                    each=move || page.shelf.with(|shelf| shelf.briefs.clone())
                    key=|saved| (saved.name.clone(), saved.etag.clone())
                    let:saved
                >
                    <KeptBrief saved />
                </For>
            </ul>
            <Show when=has_more>
                <button class="button" type="button" data-testid="saved-more" on:click=move |_| loader.more_saved()>
                    {page.words("saved.more")}
                </button>
            </Show>
        </details>
    }
}

/// What is done with one of the kept briefs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    Renaming,
    /// It is asked whether it is to go.
    Deleting,
}

/// Title, whose and when; and what can be done with it.
#[component]
fn KeptBrief(
    /// The brief.
    saved: SavedBrief,
) -> impl IntoView {
    let page = Page::here();
    let loader = expect_context::<Loader>();
    let doing = RwSignal::new(Doing::Nothing);
    let saved = StoredValue::new(saved);
    let name = move || saved.with_value(|saved| saved.name.clone());
    let title = move || saved.with_value(|saved| saved.title.clone());
    let can_change = saved.with_value(|saved| saved.can_change);
    let is_open = move || page.shelf.with(|shelf| shelf.open.as_ref().is_some_and(|open| open.name == name()));
    let rename = move |event| {
        doing.set(Doing::Nothing);
        let chosen = event_target_value(&event).trim().to_owned();
        if !chosen.is_empty() && chosen != title() {
            loader.rename_saved(name(), chosen);
        }
    };
    let chip = move |key: &'static str, id: &'static str, next: Doing| {
        let act = move |_| match (doing.get_untracked(), next) {
            (Doing::Deleting, Doing::Deleting) => loader.delete_saved(name()),
            (Doing::Renaming, Doing::Renaming) => doing.set(Doing::Nothing),
            _ => doing.set(next),
        };
        view! {
            <button class="chip" type="button" data-testid=id on:click=act>{page.words(key)}</button>
        }
    };
    let acts = move || match doing.get() {
        Doing::Deleting => view! {
            {chip("saved.delete_sure", "saved-delete-sure", Doing::Deleting)}
            {chip("saved.stay", "saved-stay", Doing::Nothing)}
        }
        .into_any(),
        Doing::Nothing | Doing::Renaming => view! {
            {chip("saved.rename", "saved-rename", Doing::Renaming)}
            {chip("saved.delete", "saved-delete", Doing::Deleting)}
        }
        .into_any(),
    };
    view! {
        <li class:open=is_open>
            <Show
                when=move || doing.get() == Doing::Renaming
                fallback=move || view! {
                    <button class="saved-brief" type="button" data-testid="saved-brief" on:click=move |_| loader.open_saved(name())>
                        {title()}
                    </button>
                }
            >
                <input
                    class="field"
                    type="text"
                    maxlength="100"
                    prop:value=title
                    aria-label=page.words("saved.title_hint")
                    data-testid="saved-new-title"
                    on:change=rename
                />
            </Show>
            <small>{move || saved.with_value(|saved| told(page, saved))}</small>
            <Show when=move || can_change>
                <span class="chips">{acts}</span>
            </Show>
        </li>
    }
}

/// Who kept a brief and when, whose it is if not the reader's, and the revision that it was answered at.
fn told(page: Page, saved: &SavedBrief) -> String {
    let secs = saved.updated_at.as_ref().map_or(0, |at| at.seconds);
    let when = browser::date_and_time(secs, page.language.get());
    let who = if saved.can_change {
        saved.author.clone()
    } else {
        format!("{}, {}", saved.author, code_of(&saved.organisation))
    };
    match saved.matched_revision {
        0 => format!("{who} · {when}"),
        revision => format!("{who} · {when} · {}", page.fill("saved.revision", &[("n", &revision.to_string())])),
    }
}
