//! The list of parcels: one stop of the Tab key, with arrows within.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::LIST_ID;
use super::parcel_item::{ParcelItem, element_id};
use crate::browser;
use crate::pure::facts::code_of;
use crate::pure::filter::PAGE_SIZE;
use crate::state::Page;
use crate::task::Loader;

/// The list, and the button for more of it.
#[component]
pub(crate) fn ParcelList() -> impl IntoView {
    let page = Page::here();
    // The parcel that Enter opens.
    let active = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if let Some(code) = page.selected.get() {
            browser::scroll_to(&element_id(&code));
            active.set(Some(code));
        }
    });
    let on_key = move |event: KeyboardEvent| {
        let codes = || {
            page.list.with_untracked(|list| {
                list.parcels.iter().map(|parcel| code_of(&parcel.name).to_owned()).collect::<Vec<_>>()
            })
        };
        if matches!(event.key().as_str(), "Enter" | " ") {
            if let Some(code) = active.get_untracked() {
                event.prevent_default();
                page.open(&code);
            }
        } else if let Some(code) = moved(&event.key(), &codes(), active.get_untracked().as_deref()) {
            event.prevent_default();
            browser::scroll_to(&element_id(&code));
            active.set(Some(code));
        }
    };
    let is_empty = move || page.list.with(|list| list.loaded && list.parcels.is_empty());
    view! {
        <div class="list-scroll">
            <ul
                id=LIST_ID
                class="list"
                role="listbox"
                tabindex="0"
                aria-label=page.words("list.label")
                aria-busy=move || page.list.with(|list| list.loading).to_string()
                aria-activedescendant=move || active.get().map(|code| element_id(&code))
                data-testid=LIST_ID
                on:keydown=on_key
            >
                <For
                    each=move || page.list.with(|list| list.parcels.clone())
                    key=|parcel| (parcel.id, parcel.since_revision)
                    let:parcel
                >
                    <ParcelItem parcel active />
                </For>
            </ul>
            <Show when=move || page.list.with(|list| !list.loaded && list.error.is_none())>
                <Skeleton />
            </Show>
            <Show when=is_empty>
                <p class="empty">{page.words("result.none")}</p>
                <p class="empty hint">{page.words("result.none_hint")}</p>
            </Show>
            <Failure />
            <More />
        </div>
    }
}

/// Where a key leads from a place in the list.
fn moved(key: &str, codes: &[String], from: Option<&str>) -> Option<String> {
    let last = codes.len().checked_sub(1)?;
    let at = from.and_then(|from| codes.iter().position(|code| code == from));
    let to = match (key, at) {
        ("ArrowDown", Some(at)) => (at + 1).min(last),
        ("ArrowUp", Some(at)) => at.saturating_sub(1),
        ("ArrowDown" | "Home", _) => 0,
        ("ArrowUp" | "End", _) => last,
        _ => return None,
    };
    Some(codes[to].clone())
}

#[component]
fn Skeleton() -> impl IntoView {
    view! { <div class="skeleton" aria-hidden="true">{(0..7).map(|_| view! { <span></span> }).collect_view()}</div> }
}

#[component]
fn Failure() -> impl IntoView {
    let page = Page::here();
    let failure = move || page.list.with(|list| list.error.clone());
    let said = move || failure().map(|error| page.fill("result.failed", &[("reason", &page.explain(&error))]));
    view! {
        <Show when=move || failure().is_some()>
            <p class="empty" role="alert">{said}</p>
        </Show>
    }
}

#[component]
fn More() -> impl IntoView {
    let page = Page::here();
    let loader = use_context::<Loader>();
    let rest = move || page.list.with(|list| (list.total as usize).saturating_sub(list.parcels.len()));
    let more = move || page.list.with(|list| !list.next_page_token.is_empty());
    view! {
        <Show when=more>
            <button
                class="button more"
                type="button"
                disabled=move || page.list.with(|list| list.loading)
                on:click=move |_| {
                    if let Some(loader) = loader {
                        loader.load_more();
                    }
                }
            >
                {move || page.fill("result.more", &[("n", &rest().min(PAGE_SIZE as usize).to_string())])}
            </button>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_within_the_list_and_stop_at_its_ends() {
        let codes: Vec<_> = ["A", "B", "C"].map(str::to_owned).to_vec();
        let cases = [
            ("ArrowDown", None, Some("A")),
            ("ArrowUp", None, Some("C")),
            ("ArrowDown", Some("A"), Some("B")),
            ("ArrowDown", Some("C"), Some("C")),
            ("ArrowUp", Some("A"), Some("A")),
            ("End", Some("A"), Some("C")),
            ("Home", Some("C"), Some("A")),
            ("ArrowDown", Some("gone"), Some("A")),
            ("x", Some("A"), None),
        ];
        for (key, from, expected) in cases {
            assert_eq!(moved(key, &codes, from).as_deref(), expected, "{key} from {from:?}");
        }
        assert_eq!(moved("ArrowDown", &[], None), None);
    }
}
