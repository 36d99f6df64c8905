//! Places side by side in the 3D view, in a real browser: from the table and from a link, turned and picked in, and back.

use std::time::Duration;

use cloudsite_tests::{Browser, Page, Picture, Server, difference, eventually};
use serde_json::Value;

const SIZE: (u32, u32) = (1280, 800);
const SOON: Duration = Duration::from_mins(1);
/// Drawing in software takes its time.
const PATIENCE: Duration = Duration::from_mins(3);

/// Parcels of the demo park that lie far from each other, and a view of neither.
const PLACES: [&str; 3] = ["BZ-04", "ZC-38", "IN-12"];
const VIEW: &str = "-300.0,200.0,0.0,20.0,45.0,900.0";

/// A channel that differs by more is another colour.
const TOLERANCE: u8 = 24;

/// Waits until all that is in view is drawn; with so many panes.
async fn drawn(page: &Page, panes: usize) {
    page.until("the park is drawn", PATIENCE, "return document.querySelector('[data-state=\"running\"]')").await;
    let split = format!("return document.querySelectorAll('[data-testid=\"split-pane\"]').length === {panes}");
    page.until("the panes are there", SOON, &split).await;
    let settled = "return cloudsiteViewer.ready() && !document.querySelector('.tiles')";
    page.until("all is drawn", PATIENCE, settled).await;
}

/// What the canvas shows, once it shows the same twice; without what lies over it.
async fn canvas(page: &Page) -> Picture {
    // A sheet of this kind is not asked for by the page's policy of contents.
    let hide = "const bare = new CSSStyleSheet();
        bare.replaceSync(`body > :not(.stage), .stage > :not(canvas) { visibility: hidden !important }
          dialog::backdrop { display: none } .stage, .stage canvas { visibility: visible !important }`);
        document.adoptedStyleSheets = [bare]; return true";
    page.run(hide).await;
    let mut last: Option<Picture> = None;
    let picture = eventually("the picture stands still", PATIENCE, async || {
        let picture = page.picture("#park-view").await;
        let is_still =
            last.as_ref().is_some_and(|last| last.size() == picture.size() && difference(last, &picture, 2) < 1e-4);
        last = Some(picture);
        if is_still { last.take() } else { None }
    })
    .await;
    page.run("document.adoptedStyleSheets = []; return true").await;
    picture
}

/// The code, the text and the rectangle of each pane's heading and the pane, in the window.
async fn panes(page: &Page) -> Vec<(String, String, [f64; 4])> {
    let script = "return [...document.querySelectorAll('[data-testid=\"split-pane\"]')].map(pane => {
        const box = pane.getBoundingClientRect();
        return [pane.dataset.code, pane.innerText, [box.left, box.top, box.width, box.height]] })";
    let panes = page.run(script).await;
    let number = |value: &Value| value.as_f64().expect("a number");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pane = |pane: &Value| (word(&pane[0]), word(&pane[1]), [0, 1, 2, 3].map(|side| number(&pane[2][side])));
    panes.as_array().expect("an array").iter().map(pane).collect()
}

fn middle([left, top, width, height]: [f64; 4]) -> (f64, f64) {
    (left + width / 2.0, top + height / 2.0)
}

#[tokio::test]
async fn two_places_are_seen_side_by_side_and_left_again() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let link = format!("/?lang=en&quality=light&view={VIEW}&compare={},{}", PLACES[0], PLACES[1]);
    let page = browser.open(&server.url(&link), SIZE.0, SIZE.1).await;
    page.until("the table is open", SOON, "return document.querySelector('.comparison[open]')").await;
    drawn(&page, 0).await;
    let whole = canvas(&page).await;

    page.click("comparison-split").await;
    page.until("the table is closed", SOON, "return !document.querySelector('.comparison[open]')").await;
    drawn(&page, 2).await;
    page.until("the link says so", SOON, "return location.search.includes('split=1')").await;
    let shown = panes(&page).await;
    let codes: Vec<&str> = shown.iter().map(|(code, ..)| code.as_str()).collect();
    assert_eq!(codes, PLACES[..2], "in the order in which they were chosen");
    for (code, text, _) in &shown {
        assert!(text.contains(code.as_str()) && text.contains(" ha"), "code and area over each: {text}");
    }
    let [left, right] = [0, 1].map(|pane| shown[pane].2);
    let box_of_canvas = page
        .run("const box = document.querySelector('#park-view').getBoundingClientRect(); return [box.left, box.right]")
        .await;
    let sides = [0, 1].map(|side| box_of_canvas[side].as_f64().expect("a number"));
    assert!(
        (left[0] - sides[0]).abs() < 1.0 && (right[0] + right[2] - sides[1]).abs() < 1.0,
        "{shown:?} over {sides:?}"
    );

    let split = canvas(&page).await;
    assert!(
        difference(&whole.cut(split.size()), &split, TOLERANCE) > 0.3,
        "it is another picture than that of the park"
    );
    let before = split.cells(2, 1);
    assert!(difference(&before[0], &before[1], TOLERANCE) > 0.2, "each pane shows its own place");
    assert!(before.iter().all(|pane| pane.colours() > 50), "neither is empty");

    // A click in a pane is a click at its place.
    for pane in [1, 0] {
        let (x, y) = middle(panes(&page).await[pane].2);
        page.click_at(x, y).await;
        let chosen = format!("return new URLSearchParams(location.search).get('parcel') === '{}'", PLACES[pane]);
        page.until("the place in the middle of the pane is chosen", SOON, &chosen).await;
    }
    page.click("card-close").await;
    page.until("its card is closed", SOON, "return !document.querySelector('.card')").await;
    drawn(&page, 2).await;

    // Turned in one pane, both turn.
    let (x, y) = middle(panes(&page).await[1].2);
    page.drag_right((x, y), (x + 160.0, y)).await;
    let turned = eventually("both panes turn", SOON, async || {
        let turned = canvas(&page).await.cells(2, 1);
        let differs = |pane: usize| difference(&before[pane], &turned[pane], TOLERANCE) > 0.1;
        (differs(0) && differs(1)).then_some(turned)
    })
    .await;
    assert!(difference(&turned[0], &turned[1], TOLERANCE) > 0.2);

    // Back to the table, and from there to the park as it was.
    page.run("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })); return true")
        .await;
    page.until("the table is open again", SOON, "return document.querySelector('.comparison[open]')").await;
    page.until("the link says no more of it", SOON, "return !location.search.includes('split=')").await;
    drawn(&page, 0).await;
    let again = canvas(&page).await;
    assert!(difference(&whole, &again, TOLERANCE) < 0.01, "the camera is where it was");
    page.close().await;
}

#[tokio::test]
async fn a_link_opens_three_places_in_3d_and_a_narrow_window_stacks_them() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let link =
        |count: usize| server.url(&format!("/?lang=en&quality=light&split=1&compare={}", PLACES[..count].join(",")));
    let page = browser.open(&link(3), SIZE.0, SIZE.1).await;
    drawn(&page, 3).await;
    let shown = panes(&page).await;
    assert_eq!(shown.iter().map(|(code, ..)| code.as_str()).collect::<Vec<_>>(), PLACES);
    assert!(
        shown.windows(2).all(|pair| pair[0].2[0] + pair[0].2[2] <= pair[1].2[0] + 1.0),
        "beside each other: {shown:?}"
    );
    let cells = canvas(&page).await.cells(3, 1);
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        assert!(difference(&cells[one], &cells[other], TOLERANCE) > 0.2, "{one} and {other} show the same");
    }
    page.click("split-remove").await;
    drawn(&page, 2).await;
    page.click("split-close").await;
    page.until("the link says no more of it", SOON, "return !location.search.includes('compare=')").await;
    drawn(&page, 0).await;
    page.close().await;

    let page = browser.open(&link(2), 500, 900).await;
    drawn(&page, 2).await;
    let shown = panes(&page).await;
    let [upper, lower] = [0, 1].map(|pane| shown[pane].2);
    assert!(upper[1] + upper[3] <= lower[1] + 1.0 && (upper[0] - lower[0]).abs() < 1.0, "below each other: {shown:?}");
    let cells = canvas(&page).await.cells(1, 2);
    assert!(difference(&cells[0], &cells[1], TOLERANCE) > 0.2, "each its own place");
    let (x, y) = middle(lower);
    page.click_at(x, y).await;
    let chosen = format!("return new URLSearchParams(location.search).get('parcel') === '{}'", PLACES[1]);
    page.until("the place in the middle of the lower pane is chosen", SOON, &chosen).await;
    page.close().await;
}
