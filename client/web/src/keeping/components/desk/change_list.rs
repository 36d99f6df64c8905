//! What the open changeset changes.

use cloudsite_proto::change::ChangedFeature;
use cloudsite_proto::land::ChangeKind;
use leptos::prelude::*;

use super::problem_list::fly;
use crate::keeping::desk::Desk;
use crate::keeping::pure::compare::path_name;
use crate::pure::facts::code_of;
use crate::state::Page;

/// At most so many names of attributes are listed of a change.
const MOST_NAMES: usize = 4;

/// Each changed feature. A click shows before and after, and flies there.
#[component]
pub(super) fn ChangeList() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let counted = move || {
        let all =
            desk.changeset.with(|known| known.as_ref().map_or(0, |known| known.created + known.updated + known.ended));
        desk.changes.with(|changes| (changes.len() as u64, all))
    };
    let left = move || {
        let (shown, all) = counted();
        all.saturating_sub(shown)
    };
    view! {
        <Show when=move || { counted().0 > 0 }>
            <h3>{page.words("changes.features")}</h3>
            <ul class="changes" data-testid="changes">
                <For
                    each=move || desk.changes.get()
                    key=|change| (change.name.clone(), change.kind, change.errors, change.warnings, change.moved)
                    let:change
                >
                    <ChangeItem change />
                </For>
            </ul>
            <Show when=move || { left() > 0 }>
                <p class="empty hint">{move || page.fill("changes.more", &[("n", &left().to_string())])}</p>
            </Show>
        </Show>
        <Show when=move || desk.loading.get()>
            <p class="empty" role="status">{page.words("changes.entries_loading")}</p>
        </Show>
    }
}

/// The word of a kind of change.
pub(crate) const fn kind_word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "created",
        ChangeKind::Unspecified | ChangeKind::Updated => "updated",
        ChangeKind::Ended => "ended",
    }
}

#[component]
fn ChangeItem(
    /// The changed feature.
    change: ChangedFeature,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let (kind, bounds) = (kind_word(change.kind()), change.bounds);
    let (name, code) = (change.name.clone(), code_of(&change.name).to_owned());
    let paths: Vec<String> = change.attributes.iter().map(|attribute| attribute.path.clone()).collect();
    let is_updated = change.kind() == ChangeKind::Updated;
    let what = move || {
        if !is_updated {
            return String::new();
        }
        let names =
            paths.iter().filter(|path| !path.starts_with("source:")).map(|path| path_name(path, page.language.get()));
        let names: Vec<String> = names.collect();
        let left = names.len().saturating_sub(MOST_NAMES);
        let listed = names[..names.len() - left].join(" · ");
        if left > 0 { format!("{listed} · +{left}") } else { listed }
    };
    let chosen = {
        let name = name.clone();
        move || desk.looked_at.with(|looked_at| looked_at.as_ref() == Some(&name)).to_string()
    };
    let open = move |_| {
        desk.looked_at.set(Some(name.clone()));
        page.sheet_open.set(false);
        fly(page, bounds);
    };
    let flag = (change.errors + change.warnings > 0).then(|| {
        let severity = if change.errors > 0 { "error" } else { "warning" };
        view! { <span class="flag" data-severity=severity>{change.errors + change.warnings}</span> }
    });
    view! {
        <li>
            <button class="change" type="button" aria-pressed=chosen data-testid="change" data-kind=kind data-code=code.clone() on:click=open>
                <span class="kind" data-kind=kind>{move || page.text(&format!("kind.{kind}"))}</span>
                <b>{code.clone()}</b>
                {flag}
                <small>{what}</small>
            </button>
        </li>
    }
}
