//! What a brief is answered with, in a real browser: where everything that is found stands, what is refused and where, and
//! whom to ask.

use std::time::Duration;

use cloudsite_tests::{Browser, Page, Server, eventually};

const SIZE: (u32, u32) = (1280, 800);
const SOON: Duration = Duration::from_mins(1);

/// Fills in a field as one does who then goes on to the next.
async fn filled(page: &Page, field: &str, text: &str) {
    page.fill(field, text).await;
    let changed = "dispatchEvent(new Event('change', { bubbles: true })); return true";
    page.run(&format!("document.querySelector('[data-testid=\"{field}\"]').{changed}")).await;
}

/// Clicks what may lie under the line of counts at first.
async fn press(page: &Page, name: &str) {
    let there = format!("return document.querySelector('[data-testid=\"{name}\"]')");
    page.until(name, SOON, &there).await;
    page.run(&format!("document.querySelector('[data-testid=\"{name}\"]').click(); return true")).await;
}

/// The brief as an investor opens it.
async fn brief(server: &Server, browser: &Browser, language: &str) -> Page {
    let page = browser.open(&server.sign_in_link("investor").await, SIZE.0, SIZE.1).await;
    page.go(&server.url(&format!("/?quality=light&lang={language}"))).await;
    page.click("brief-open").await;
    page
}

/// Waits until an element says something.
async fn says(page: &Page, name: &str, words: &str) {
    eventually(&format!("{name} says {words}"), SOON, async || page.text(name).await.contains(words).then_some(()))
        .await;
}

/// Whether an element lies between the top of the panel and its end.
fn in_sight(name: &str) -> String {
    format!(
        "const box = document.querySelector('[data-testid=\"{name}\"]')?.getBoundingClientRect();
         const panel = document.querySelector('.brief').getBoundingClientRect();
         return box && box.top > panel.top && box.top < panel.bottom - 80"
    )
}

#[tokio::test]
async fn all_that_is_found_is_counted_and_can_be_gone_to() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let (server, browser) = (Server::start().await, Browser::start().await);
    let page = brief(&server, &browser, "en").await;
    press(&page, "brief-free-open_role").await;
    press(&page, "brief-area-must").await;
    filled(&page, "brief-area-amount", "16").await;
    press(&page, "brief-to-joined").await;
    page.until("what is joined comes into sight", SOON, &in_sight("brief-joined")).await;
    let order = "const all = [...document.querySelectorAll('[data-testid=\"joined\"], [data-testid=\"place\"]')];
        const fails = all.findIndex(one => one.dataset.standing === 'fails');
        return fails > 0 && all.slice(fails).every(one => one.dataset.standing === 'fails')";
    page.until("what does not suit stands below it", SOON, order).await;
    let aside = "const left = document.querySelector('.panel').getBoundingClientRect().left;
        return [...document.querySelectorAll('.brief-joined > h3, .brief-joined > .hint')]
          .every(words => words.getBoundingClientRect().left + parseFloat(getComputedStyle(words).paddingLeft) >= left + 12)";
    assert_eq!(page.run(aside).await, true, "headings do not touch the side");

    // Parcels that are joined stand beside a single one as one place, judged by the same brief.
    let toggle = |list: &str| {
        format!(
            "document.querySelector('[data-testid=\"{list}\"] [data-testid=\"compare-toggle\"]').click(); return true"
        )
    };
    page.run(&toggle("joined")).await;
    page.run(&toggle("unsuitable")).await;
    press(&page, "comparison-open").await;
    let columns =
        "return [...document.querySelectorAll('[data-testid=\"comparison-place\"]')].map(one => one.innerText).join()";
    let columns = page.until("two places stand side by side", SOON, columns).await;
    assert!(columns.as_str().is_some_and(|columns| columns.contains(" + ") && columns.contains(',')), "{columns}");
    let answered = "const rows = [...document.querySelectorAll('[data-testid=\"comparison-row\"]')];
        const cells = rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText));
        return cells[0]?.[0].includes('suits') && cells[0][1].includes('does not suit')
          && cells.flat().every(cell => !cell.includes('loading'))";
    page.until("each is judged", SOON, answered).await;
    press(&page, "comparison-close").await;
    page.run(&toggle("joined")).await;
    page.run(&toggle("unsuitable")).await;
    page.until("and taken out again", SOON, "return !document.querySelector('.tray')").await;

    // Floors that suit are counted and gone to likewise.
    press(&page, "brief-area-open_role").await;
    press(&page, "brief-free-must").await;
    press(&page, "brief-to-floors").await;
    page.until("floors come into sight", SOON, &in_sight("brief-floors")).await;
    page.close().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_said_where_it_stands() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let (server, browser) = (Server::start().await, Browser::start().await);
    let page = brief(&server, &browser, "ja").await;
    press(&page, "brief-coverage-must").await;
    filled(&page, "brief-coverage-amount", "150").await;
    says(&page, "brief-coverage-refused", "150 % は 0 %～100 % の範囲にありません").await;
    says(&page, "brief-counts", "建蔽率の上限").await;
    let marked = "const field = document.querySelector('[data-testid=\"brief-coverage-amount\"]');
        return field.ariaInvalid === 'true' && !!document.getElementById(field.getAttribute('aria-describedby'))";
    assert_eq!(page.run(marked).await, true, "the field is marked");
    filled(&page, "brief-coverage-amount", "40").await;
    let gone = "return !document.querySelector('.brief-refused, .brief [aria-invalid]')";
    page.until("what is mended is refused no more", SOON, gone).await;

    // In feet what was typed in feet.
    page.go(&server.url("/?quality=light&lang=en&unit=acre")).await;
    page.click("brief-open").await;
    press(&page, "brief-footprint-must").await;
    filled(&page, "brief.width", "20000").await;
    filled(&page, "brief.depth", "300").await;
    says(&page, "brief-footprint-refused", "20,000 ft is not between 3.3 ft and 16,404.2 ft").await;
    let marked = "return ['brief.width', 'brief.depth'].map(name =>
        document.querySelector(`[data-testid=\"${name}\"]`).ariaInvalid).join()";
    assert_eq!(page.run(marked).await, "true,", "only the one that is wrong");
    press(&page, "brief-footprint-open_role").await;

    // Wishes that all weigh nothing rank nothing.
    press(&page, "brief-area-wish").await;
    let weight = |name: &str, weight: u32| {
        format!(
            "const slider = document.querySelector('[data-testid=\"brief-{name}-weight\"]'); slider.value = {weight};
             slider.dispatchEvent(new Event('input', {{ bubbles: true }})); return true"
        )
    };
    page.until("it has a weight", SOON, "return document.querySelector('[data-testid=\"brief-area-weight\"]')").await;
    page.run(&weight("area", 0)).await;
    says(&page, "brief-area-weightless", "nothing to rank by").await;
    says(&page, "brief-counts", "nothing to rank by").await;
    press(&page, "brief-plot_ratio-wish").await;
    says(&page, "brief-area-weightless", "does not count").await;
    page.run(&weight("area", 10)).await;
    page.until("nothing is said", SOON, "return !document.querySelector('.brief-weightless')").await;
    page.close().await;
}

#[tokio::test]
async fn whoever_knows_is_named_for_what_is_unknown() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let (server, browser) = (Server::start().await, Browser::start().await);
    // A visitor is told no names.
    let page = browser.open(&server.url("/?quality=light&lang=en"), SIZE.0, SIZE.1).await;
    page.click("brief-open").await;
    for (row, whom) in [("second_feed", "the grid company"), ("steam", "the heat supplier"), ("hazard", "emergency")] {
        press(&page, &format!("brief-{row}-must")).await;
        if row == "hazard" {
            page.choose("brief-hazard-class", "2").await;
        } else {
            filled(&page, &format!("brief-{row}-amount"), "1").await;
        }
        let asked = format!(
            "return [...document.querySelectorAll('.place-notes li')].some(note => note.innerText.includes('{whom}'))"
        );
        page.until(&format!("{row} is asked of {whom}"), SOON, &asked).await;
        press(&page, &format!("brief-{row}-open_role")).await;
    }
    page.close().await;
}
