//! The answer to the brief as a dossier to take along.

use cloudsite_domain::record::Language;
use cloudsite_proto::siting::{Dossier, DossierFile};
use leptos::prelude::*;

use crate::pure::number::number;
use crate::pure::text::LANGUAGES;
use crate::state::Page;
use crate::task::{Loader, Making, described};

/// Asks for a dossier, says how far it is, and leads to its files.
#[component]
pub(super) fn DossierMaker() -> impl IntoView {
    let page = Page::here();
    let loader = expect_context::<Loader>();
    let making = RwSignal::new(Making::default());
    let chosen = RwSignal::new(None::<Language>);
    let with_picture = RwSignal::new(true);
    let others = move || LANGUAGES.into_iter().filter(move |language| *language != page.language.get());
    let second = move || {
        let usual = others().find(|language| *language != Language::Ja).or_else(|| others().next());
        chosen.get().filter(|chosen| *chosen != page.language.get()).or(usual).unwrap_or(Language::En)
    };
    let choose = move |event| chosen.set(Language::from_tag(&event_target_value(&event)));
    let option = move |language: Language| {
        let is_chosen = move || second() == language;
        view! { <option value=language.tag() selected=is_chosen>{crate::pure::text::text(language, "language")}</option> }
    };
    let has_answer = move || page.matched.with(|matched| matched.reply().is_some());
    view! {
        <Show when=has_answer>
            <details class="brief-dossier" data-testid="dossier">
                <summary>{page.words("report.title")}</summary>
                <p class="hint">{page.words("report.hint")}</p>
                <p class="hint" data-testid="dossier-places">{move || about(page)}</p>
                <div class="fields">
                    <label>
                        <span>{page.words("report.second")}</span>
                        <select class="select" data-testid="dossier-language" on:change=choose>
                            {move || others().map(option).collect_view()}
                        </select>
                    </label>
                    <label class="check">
                        <input
                            type="checkbox"
                            data-testid="dossier-picture"
                            prop:checked=with_picture
                            on:change=move |event| with_picture.set(event_target_checked(&event))
                        />
                        <span>{page.words("report.picture")}</span>
                    </label>
                </div>
                <button
                    class="button primary"
                    type="button"
                    data-testid="dossier-make"
                    disabled=move || making.with(Making::is_busy)
                    on:click=move |_| loader.make_dossier(second(), with_picture.get_untracked(), making)
                >
                    {page.words("report.make")}
                </button>
                <div role="status" aria-live="polite" data-testid="dossier-state">{move || view_of(page, &making.get())}</div>
            </details>
        </Show>
    }
}

/// Which places it will describe. Follows.
fn about(page: Page) -> String {
    let described = described(page);
    let key = if described.is_chosen { "report.chosen" } else { "report.first" };
    let places: Vec<String> = described.keys().iter().map(|key| page.title(key)).collect();
    let places = places.join(" | ");
    page.fill(key, &[("places", &places)])
}

fn view_of(page: Page, making: &Making) -> AnyView {
    let progress = |text: String| view! { <p class="dossier-progress"><progress></progress>{text}</p> }.into_any();
    match making {
        Making::Nothing => ().into_any(),
        Making::Beginning if page.tour.get().goes => progress(page.text("report.picturing")),
        Making::Beginning => progress(page.text("report.beginning")),
        Making::Waiting(0) | Making::Running => progress(page.text("report.running")),
        Making::Waiting(before) => progress(page.fill("report.waiting", &[("n", &before.to_string())])),
        Making::Failed => view! { <p class="notice">{page.text("report.failed")}</p> }.into_any(),
        Making::Refused(error) => view! { <p class="notice" role="alert">{page.explain(error)}</p> }.into_any(),
        Making::Done(dossier) => files(page, dossier).into_any(),
    }
}

fn files(page: Page, dossier: &Dossier) -> impl IntoView + use<> {
    let (pages, revision) = (dossier.pages.to_string(), dossier.revision.to_string());
    let done = page.fill("report.done", &[("pages", &pages), ("revision", &revision)]);
    let link = move |file: DossierFile| {
        let size = number(file.size_bytes as f64 / 1_000_000.0, 1, page.language.get());
        let text = page.fill(&format!("report.{}", file.format), &[("size", &size)]);
        view! {
            <li>
                <a href=file.path download="" data-testid=format!("dossier-{}", file.format)>{text}</a>
            </li>
        }
    };
    view! {
        <p class="hint">{done}</p>
        <ul class="dossier-files" data-testid="dossier-files">{dossier.files.clone().into_iter().map(link).collect_view()}</ul>
    }
}
