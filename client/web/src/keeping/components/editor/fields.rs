//! The fields of a parcel as they are typed.

use leptos::prelude::*;

use crate::keeping::desk::Desk;
use crate::keeping::pure::parcel_form::{FIELDS, Field, Kind, properties};
use crate::keeping::task::change;
use crate::pure::text::best_name;
use crate::state::Page;

/// One input a field, with what is wrong with it beside.
#[component]
pub(super) fn Fields() -> impl IntoView {
    view! { <div class="edit-fields">{FIELDS.map(|field| view! { <Input field /> }).into_iter().collect_view()}</div> }
}

#[component]
fn Input(
    /// The field.
    field: Field,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let name = field.name;
    let key = format!("field.{}", name.replace(':', "_"));
    let value = Memo::new(move |_| {
        desk.editing
            .with(|editing| editing.as_ref().and_then(|editing| editing.inputs.get(name).cloned()).unwrap_or_default())
    });
    let wrong = Memo::new(move |_| {
        desk.editing.with(|editing| {
            let editing = editing.as_ref()?;
            properties(&editing.original, &editing.inputs).err()?.get(name).copied()
        })
    });
    let take = move |text: String| {
        change(desk.editing, |editing| {
            editing.inputs.insert(name, text);
        });
    };
    let input = match field.kind {
        Kind::Terms(words, prefix) => {
            let choices = Signal::derive(move || {
                words.iter().map(|word| ((*word).to_owned(), page.text(&format!("{prefix}.{word}")))).collect()
            });
            view! { <Choice name value choices take /> }.into_any()
        }
        Kind::Zone => {
            let choices = Signal::derive(move || {
                let language = page.language.get();
                let zone = |zone: &cloudsite_proto::land::Zone| {
                    (crate::pure::facts::code_of(&zone.name).to_owned(), best_name(&zone.names, language))
                };
                page.zones.with(|zones| zones.iter().map(zone).collect())
            });
            view! { <Choice name value choices take /> }.into_any()
        }
        kind => {
            let is_number = matches!(kind, Kind::Number | Kind::Share | Kind::Whole);
            view! {
                <input
                    class="field"
                    type=if kind == Kind::Day { "date" } else { "text" }
                    inputmode=is_number.then_some("decimal")
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    data-testid=format!("edit-{name}")
                    prop:value=move || value.get()
                    on:input=move |event| take(event_target_value(&event))
                />
            }
            .into_any()
        }
    };
    view! {
        <label>
            <span>{move || page.text(&key)}</span>
            {input}
            <small class="wrong" role="alert">{move || wrong.get().map(|wrong| page.text(wrong.key()))}</small>
        </label>
    }
}

#[component]
fn Choice(
    /// The field's name.
    name: &'static str,
    /// The word that is chosen; empty is none.
    value: Memo<String>,
    /// Words and what they are called.
    choices: Signal<Vec<(String, String)>>,
    /// Takes another word.
    take: impl Fn(String) + 'static,
) -> impl IntoView {
    let page = Page::here();
    let option = move |(word, said): (String, String)| {
        let own = word.clone();
        view! { <option value=word prop:selected=move || value.get() == own>{said}</option> }
    };
    view! {
        <select class="select" data-testid=format!("edit-{name}") on:change=move |event| take(event_target_value(&event))>
            <option value="" prop:selected=move || value.with(String::is_empty)>{page.words("card.unknown")}</option>
            {move || choices.get().into_iter().map(option).collect_view()}
        </select>
    }
}
