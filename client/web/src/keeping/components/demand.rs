//! What briefs lacked, for those who plan.

use cloudsite_proto::land::Zone;
use cloudsite_proto::siting::{AskedClass, GetDemandReportResponse, UnmetNeed};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::demand::{quarters, unit_of};
use crate::pure::number::number;
use crate::pure::text::best_name;
use crate::state::Page;

/// The quarter, its figures, and a row for each need and zone.
#[component]
pub(crate) fn DemandReport() -> impl IntoView {
    let page = Page::here();
    let keeper = Keeper::here();
    let known = quarters(&browser::today());
    let quarter = RwSignal::new(known.first().cloned().unwrap_or_default());
    let report = RwSignal::new(None);
    Effect::new(move |_| {
        let (client, asked) = (keeper.client(), quarter.get());
        report.set(None);
        spawn_local(async move {
            let answer = client.demand(&asked).await;
            // The tab may be another by now, or the quarter.
            if quarter.try_get_untracked() == Some(asked) {
                report.set(Some(answer));
            }
        });
    });
    let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
    let content = move || match report.get() {
        None => view! { <p class="empty" role="status">{page.words("demand.loading")}</p> }.into_any(),
        Some(Err(error)) => view! { <p class="empty" role="alert">{move || page.explain(&error)}</p> }.into_any(),
        Some(Ok(reply)) => view! { <Needs reply /> }.into_any(),
    };
    view! {
        <div class="desk-tools">
            <label class="demand-quarter">
                <span>{page.words("demand.quarter")}</span>
                <select
                    class="select"
                    data-testid="demand-quarter"
                    on:change=move |event| quarter.set(event_target_value(&event))
                >
                    {known.into_iter().map(option).collect_view()}
                </select>
            </label>
        </div>
        <div class="list-scroll demand" data-testid="demand">
            {content}
            <p class="hint">{page.words("demand.hint")}</p>
        </div>
    }
}

/// A number of briefs in words; one or two are not told apart.
fn figure(page: Page, briefs: Option<u64>) -> String {
    briefs.map_or_else(|| page.text("demand.few"), |briefs| number(briefs as f64, 0, page.language.get()))
}

/// The figures of a quarter.
#[component]
fn Needs(
    /// The report.
    reply: GetDemandReportResponse,
) -> impl IntoView {
    let page = Page::here();
    let GetDemandReportResponse { briefs, unanswered, needs, not_counted, .. } = reply;
    let line = move || page.fill("demand.total", &[("n", &figure(page, briefs)), ("none", &figure(page, unanswered))]);
    let is_empty = needs.is_empty();
    view! {
        <p class="results" data-testid="demand-total">{line}</p>
        <Show when=move || is_empty>
            <p class="empty">{page.words("demand.none")}</p>
        </Show>
        <Show when=move || { not_counted > 0 }>
            <p class="notice">{move || page.fill("demand.not_counted", &[("n", &not_counted.to_string())])}</p>
        </Show>
        <Show when=move || !is_empty>
            <table class="demand-table">
                <thead>
                    <tr>
                        <th scope="col">{page.words("demand.need")}</th>
                        <th scope="col">{page.words("demand.briefs")}</th>
                        <th scope="col">{page.words("demand.unanswered")}</th>
                    </tr>
                </thead>
                <tbody>
                    {needs.iter().map(|need| view! { <NeedRow need=need.clone() /> }).collect_view()}
                </tbody>
            </table>
        </Show>
    }
}

/// A need in a zone.
#[component]
fn NeedRow(
    /// The need.
    need: UnmetNeed,
) -> impl IntoView {
    let page = Page::here();
    let UnmetNeed { zone, need, briefs, unanswered, classes } = need;
    let subject = format!("demand.need.{need}");
    let place = move || {
        let language = page.language.get();
        let named =
            |zones: &Vec<Zone>| zones.iter().find(|one| one.name == zone).map(|one| best_name(&one.names, language));
        if zone.is_empty() {
            page.text("demand.no_zone")
        } else {
            page.zones.with(named).unwrap_or_else(|| zone.clone())
        }
    };
    let class = move |class: &AskedClass| {
        let amount = |amount: f64| number(amount, if amount < 1.0 { 3 } else { 0 }, page.language.get());
        let (from, briefs) = (amount(class.from), class.briefs.to_string());
        let to = class.to.map(amount).unwrap_or_default();
        page.fill("demand.class", &[("from", &from), ("to", &to), ("unit", unit_of(&need)), ("n", &briefs)])
    };
    let asked = move || classes.iter().map(&class).collect::<Vec<_>>().join(" · ");
    view! {
        <tr data-testid="demand-need">
            <th scope="row">
                {move || page.text(&subject)}
                <small>{place}</small>
                <small class="demand-asked">{asked}</small>
            </th>
            <td>{move || figure(page, briefs)}</td>
            <td>{move || figure(page, unanswered)}</td>
        </tr>
    }
}
