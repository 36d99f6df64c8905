//! What briefs lacked, for those who plan.

use cloudsite_proto::land::Zone;
use cloudsite_proto::siting::{AskedClass, BriefCount, GetDemandReportResponse, UnmetNeed};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::demand::{by_zone, quarters, unit_of};
use crate::pure::number::number;
use crate::pure::text::best_name;
use crate::state::Page;

/// The quarter, its figures, and a row for each need in the park and in each zone.
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

/// How many briefs, in words: such as three to five.
fn figure(page: Page, briefs: Option<BriefCount>) -> String {
    let BriefCount { least, most } = briefs.unwrap_or_default();
    let text = |briefs: u64| number(briefs as f64, 0, page.language.get());
    if least == most {
        text(least)
    } else {
        page.fill("demand.range", &[("least", &text(least)), ("most", &text(most))])
    }
}

/// The figures of a quarter: those of the park first, then those of each zone.
#[component]
fn Needs(
    /// The report.
    reply: GetDemandReportResponse,
) -> impl IntoView {
    let page = Page::here();
    let GetDemandReportResponse { revision, briefs, refused, park, needs, not_counted, .. } = reply;
    let is_empty = park.is_empty() && needs.is_empty();
    let park = (!park.is_empty()).then_some((Place::Park, park));
    let groups = park.into_iter().chain(by_zone(needs).into_iter().map(|(zone, needs)| (Place::Zone(zone), needs)));
    let groups: Vec<_> = groups.collect();
    view! {
        <p class="demand-total" data-testid="demand-total">
            <strong>{move || figure(page, refused)}</strong>
            " "
            {move || page.fill("demand.total", &[("n", &figure(page, briefs))])}
        </p>
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
                        <th scope="col">{page.words("demand.refused")}</th>
                        <th scope="col">{page.words("demand.briefs")}</th>
                    </tr>
                </thead>
                {groups
                    .iter()
                    .map(|(place, needs)| view! { <Group place=place.clone() needs=needs.clone() /> })
                    .collect_view()}
            </table>
        </Show>
        <p class="hint">{move || page.fill("demand.revision", &[("n", &revision.to_string())])}</p>
    }
}

/// Where needs were counted.
#[derive(Clone)]
enum Place {
    Park,
    /// `zones/{code}`; empty is in no zone.
    Zone(String),
}

/// The needs in the park, or in a zone.
#[component]
fn Group(
    /// Where.
    place: Place,
    /// The needs.
    needs: Vec<UnmetNeed>,
) -> impl IntoView {
    let page = Page::here();
    let name = move || {
        let language = page.language.get();
        let named = |zone: &str, zones: &[Zone]| {
            zones.iter().find(|one| one.name == zone).map(|one| best_name(&one.names, language))
        };
        match &place {
            Place::Park => page.text("demand.park"),
            Place::Zone(zone) if zone.is_empty() => page.text("demand.no_zone"),
            Place::Zone(zone) => page.zones.with(|zones| named(zone, zones)).unwrap_or_else(|| zone.clone()),
        }
    };
    view! {
        <tbody data-testid="demand-group">
            <tr>
                <th scope="rowgroup" colspan="3">{name}</th>
            </tr>
            {needs.into_iter().map(|need| view! { <NeedRow need /> }).collect_view()}
        </tbody>
    }
}

/// A need.
#[component]
fn NeedRow(
    /// The need.
    need: UnmetNeed,
) -> impl IntoView {
    let page = Page::here();
    let UnmetNeed { need, briefs, refused, classes, .. } = need;
    let subject = format!("demand.need.{need}");
    let class = move |class: &AskedClass| {
        let amount = |amount: f64| number(amount, if amount < 1.0 { 3 } else { 0 }, page.language.get());
        let (from, briefs) = (amount(class.from), figure(page, class.briefs));
        let to = class.to.map(amount).unwrap_or_default();
        page.fill("demand.class", &[("from", &from), ("to", &to), ("unit", unit_of(&need)), ("n", &briefs)])
    };
    let asked = move || classes.iter().map(|asked| view! { <small>{class(asked)}</small> }).collect_view();
    let is_refused = refused.is_some_and(|briefs| briefs.most > 0);
    view! {
        <tr data-testid="demand-need">
            <th scope="row">
                {move || page.text(&subject)}
                {asked}
            </th>
            <td class:none=!is_refused>{move || figure(page, refused)}</td>
            <td>{move || figure(page, briefs)}</td>
        </tr>
    }
}
