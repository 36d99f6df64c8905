//! Lines of a card.

use leptos::prelude::*;

use crate::pure::facts::Fact;
use crate::state::Page;

/// Names and values; what is unknown is said to be.
#[component]
pub(crate) fn Facts(
    /// The lines, as language and unit have them.
    facts: impl Fn() -> Vec<Fact> + Send + Sync + 'static,
) -> impl IntoView {
    let page = Page::here();
    let line = move |fact: Fact| {
        let unknown = fact.value.is_none();
        view! {
            <div class="fact">
                <dt>{page.text(fact.key)}</dt>
                <dd>
                    <span class:unknown=unknown>{fact.value.unwrap_or_else(|| page.text("card.unknown"))}</span>
                    {fact.note.map(|note| view! { <small>{note}</small> })}
                </dd>
            </div>
        }
    };
    view! { <dl class="facts">{move || facts().into_iter().map(line).collect_view()}</dl> }
}
