//! An investor looks for a place, in a real browser: from a kind of project to places with reasons.

use std::time::Duration;

use cloudsite_tests::{Browser, Page, Server, difference, eventually};

const SIZE: (u32, u32) = (1200, 800);
const SOON: Duration = Duration::from_mins(1);
/// Drawing in software takes its time.
const PATIENCE: Duration = Duration::from_mins(3);

/// How many places suit, by the line that says so; waits for an answer.
async fn suiting(page: &Page, other_than: Option<u64>) -> u64 {
    eventually("the brief is answered", SOON, async || {
        let line = page.text("brief-counts").await;
        let count: u64 = line.split(' ').next()?.parse().ok()?;
        (Some(count) != other_than).then_some(count)
    })
    .await
}

#[tokio::test]
async fn a_brief_colours_the_park_and_says_why() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.sign_in_link("investor").await, SIZE.0, SIZE.1).await;
    page.go(&server.url("/?quality=light&lang=en")).await;
    page.until("the park is drawn", PATIENCE, "return document.querySelector('[data-state=\"running\"]')").await;
    let tiles = "return !document.querySelector('.tiles')";
    page.until("all tiles are there", PATIENCE, tiles).await;
    let before = page.picture(".stage canvas").await;

    page.click("brief-open").await;
    page.choose("brief-template", "wafer_fab").await;
    let by_template = suiting(&page, None).await;
    assert!(by_template > 2, "{by_template} suit");
    let first = page.text("place").await;
    assert!(first.contains('%') && first.contains("Narrowest must"), "{first}");
    eventually("the park is coloured", PATIENCE, async || {
        (difference(&before, &page.picture(".stage canvas").await, 24) > 0.03).then_some(())
    })
    .await;

    // More power than nearly all have: it is said what that costs, and a click takes it back.
    page.fill("brief-power-amount", "30").await;
    page.run("document.querySelector('[data-testid=\"brief-power-amount\"]').dispatchEvent(new Event('change', { bubbles: true }))")
        .await;
    let strict = suiting(&page, Some(by_template)).await;
    assert!(strict < by_template, "{strict} of {by_template}");
    let costs = page.text("brief-costs").await;
    assert!(costs.contains("Power (MW)"), "{costs}");
    let step = page.text("brief-step").await;
    let more: u64 =
        step.rsplit(": ").next().and_then(|more| more.split(' ').next()).and_then(|n| n.parse().ok()).unwrap();
    page.click("brief-step").await;
    assert_eq!(suiting(&page, Some(strict)).await, strict + more, "{step}");

    // The answer is taken along, with a picture of what is shown.
    page.click("dossier").await;
    page.click("dossier-make").await;
    let is_there = "return document.querySelector('[data-testid=\"dossier-pdf\"]')";
    page.until("the dossier is made", PATIENCE, is_there).await;
    let line = page.text("dossier-state").await;
    assert!(line.contains("revision 1") && line.contains("PDF") && line.contains("GeoPackage"), "{line}");

    // A click on a place opens its card.
    page.click("place-head").await;
    page.until("the card opens", SOON, "return document.querySelector('.card')").await;
    page.click("brief-close").await;
    page.until("the list is back", SOON, "return document.querySelector('[data-testid=\"parcel-item\"]')").await;
    page.close().await;
}
