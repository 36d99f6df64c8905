//! Which column becomes which field.

use cloudsite_proto::change::{Column, Field};
use leptos::prelude::*;

use crate::keeping::desk::Desk;
use crate::keeping::pure::compare::field_name;
use crate::keeping::pure::intake::{Doubt, doubts, field_of, remap};
use crate::state::Page;

/// The columns with samples, and the field that each is proposed for.
#[component]
pub(super) fn Columns() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let preview = move || {
        desk.intake.with(|intake| intake.as_ref().and_then(|intake| intake.preview.clone()).unwrap_or_default())
    };
    let fields = Signal::derive(move || preview().fields);
    let note =
        move || page.text(if preview().mapping_kept { "intake.mapping_kept" } else { "intake.mapping_proposed" });
    let missing = move || {
        let found = desk.intake.with(|intake| {
            let intake = intake.as_ref()?;
            Some(doubts(intake.preview.as_ref()?, &intake.options))
        });
        let missing = found.unwrap_or_default().into_iter().filter_map(|doubt| match doubt {
            Doubt::Required(field) => Some(field),
            _ => None,
        });
        let missing: Vec<String> = missing.collect();
        (!missing.is_empty()).then(|| page.fill("intake.required", &[("fields", &missing.join(", "))]))
    };
    let problem =
        move || preview().problems.into_iter().map(|problem| view! { <li>{problem.message}</li> }).collect_view();
    view! {
        <Show when=move || !preview().problems.is_empty()>
            <ul class="failure" role="alert">{problem}</ul>
        </Show>
        <Show when=move || !preview().columns.is_empty()>
            <p class="hint">{note}</p>
            <div class="columns-scroll">
                <table class="columns" data-testid="intake-columns">
                    <thead>
                        <tr>
                            <th scope="col">{page.words("intake.column")}</th>
                            <th scope="col">{page.words("intake.field")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || preview().columns key=|column| (column.name.clone(), column.samples.clone()) let:column>
                            <ColumnRow column fields />
                        </For>
                    </tbody>
                </table>
            </div>
        </Show>
        <Show when=move || missing().is_some()>
            <p class="failure" role="alert">{missing}</p>
        </Show>
    }
}

#[component]
fn ColumnRow(
    /// The column.
    column: Column,
    /// The fields that it can be mapped to.
    fields: Signal<Vec<Field>>,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let name = StoredValue::new(column.name.clone());
    let chosen = Memo::new(move |_| {
        desk.intake.with(|intake| {
            let options = &intake.as_ref()?.options;
            name.with_value(|name| field_of(options, name).map(str::to_owned))
        })
    });
    let choose = move |event| {
        let field = event_target_value(&event);
        desk.intake.update(|intake| {
            if let Some(intake) = intake {
                name.with_value(|name| remap(&mut intake.options, name, &field));
            }
        });
    };
    let option = move |field: Field| {
        let (own, name) = (field.name.clone(), field.name.clone());
        let mark = if field.required { " *" } else { "" };
        view! {
            <option value=field.name.clone() prop:selected=move || chosen.get().as_ref() == Some(&own)>
                {move || field_name(&name, page.language.get())} {mark}
            </option>
        }
    };
    view! {
        <tr>
            <th scope="row">
                {column.name.clone()} <small>{column.samples.iter().take(3).cloned().collect::<Vec<_>>().join(" · ")}</small>
            </th>
            <td>
                <select class="select" aria-label=column.name.clone() on:change=choose>
                    <option value="" prop:selected=move || chosen.with(Option::is_none)>
                        {page.words("intake.as_attribute")}
                    </option>
                    {move || fields.get().into_iter().map(option).collect_view()}
                </select>
            </td>
        </tr>
    }
}
