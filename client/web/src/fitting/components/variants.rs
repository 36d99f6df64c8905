//! Variants that are kept, by name.

use leptos::prelude::*;

use crate::fitting::fitter::Fitter;
use crate::fitting::pure::variants::Variant;
use crate::state::Page;

/// A name and a button, and what was kept for this parcel.
#[component]
pub(super) fn Variants() -> impl IntoView {
    let page = Page::here();
    let fitter = Fitter::here();
    let name = RwSignal::new(String::new());
    let keep = move |_| {
        let proposed = name.get_untracked();
        let number = own(fitter).len() + 1;
        let unnamed = untrack(|| page.fill("fit.variant", &[("n", &number.to_string())]));
        let chosen = if proposed.trim().is_empty() { unnamed } else { proposed };
        if fitter.keep(chosen) {
            name.set(String::new());
        }
    };
    let item = move |variant: Variant| {
        let (opened, forgotten) = (variant.clone(), variant.clone());
        view! {
            <li class="variant">
                <button
                    class="link"
                    type="button"
                    data-testid="fit-variant"
                    on:click=move |_| fitter.put(opened.fit.parse().ok())
                >
                    {variant.name}
                </button>
                <button
                    class="link"
                    type="button"
                    data-testid="fit-forget"
                    on:click=move |_| fitter.forget(&forgotten)
                >
                    {page.words("fit.forget")}
                </button>
            </li>
        }
    };
    view! {
        <h3>{page.words("fit.variants")}</h3>
        <div class="fit-keep">
            <input
                class="field"
                type="text"
                maxlength="60"
                placeholder=page.words("fit.name")
                aria-label=page.words("fit.name")
                data-testid="fit-name"
                prop:value=move || name.get()
                on:input=move |event| name.set(event_target_value(&event))
            />
            <button class="button" type="button" data-testid="fit-keep" on:click=keep>{page.words("fit.keep")}</button>
        </div>
        <ul class="variants">{move || own_followed(fitter).into_iter().map(item).collect_view()}</ul>
        <p class="hint">{page.words("fit.variants_hint")}</p>
    }
}

fn own(fitter: Fitter) -> Vec<Variant> {
    untrack(|| own_followed(fitter))
}

/// The variants of the open parcel. Follows.
fn own_followed(fitter: Fitter) -> Vec<Variant> {
    let parcel = fitter.page.selected.get().unwrap_or_default();
    fitter.trial.variants.with(|kept| kept.iter().filter(|variant| variant.parcel == parcel).cloned().collect())
}
