//! Which musts leave places open, and whom to ask.

use leptos::prelude::*;

use super::label;
use crate::pure::brief::left_open;
use crate::pure::number::number;
use crate::pure::whom::Whom;
use crate::state::Page;

/// The musts that leave most open, if any do.
#[component]
pub(super) fn LeftOpen() -> impl IntoView {
    let page = Page::here();
    let told = move || {
        page.matched.with(|matched| {
            let Some(reply) = matched.reply() else { return Vec::new() };
            let is_of_floors = page.asks_for_floors();
            let left = left_open(reply, is_of_floors);
            let of = |count: u32| number(f64::from(count), 0, page.language.get());
            let one = |(criterion, count): &(usize, u32)| {
                let row = *matched.rows.get(*criterion)?;
                let (what, n) = (label(page, row), of(*count));
                let leaves = match left.of_listed {
                    Some(all) => page.fill("brief.leaves_listed", &[("what", &what), ("n", &n), ("all", &of(all))]),
                    None => page.fill("brief.leaves_open", &[("what", &what), ("n", &n)]),
                };
                Some((leaves, Whom::of_row("", row, is_of_floors).advice(page.language.get())))
            };
            left.musts.iter().filter_map(one).collect()
        })
    };
    let item = |(leaves, advice): (String, String)| view! { <li>{leaves} <span class="hint">{advice}</span></li> };
    view! {
        <Show when=move || !told().is_empty()>
            <section class="brief-costs" data-testid="brief-left-open">
                <h3>{page.words("brief.left_open")}</h3>
                <ul>{move || told().into_iter().map(item).collect_view()}</ul>
            </section>
        </Show>
    }
}
