//! An investor sees how long it takes from a parcel to where goods and people go, and by which way, in a real browser.

use std::time::Duration;

use cloudsite_tests::{Browser, Server, difference, eventually};

const SIZE: (u32, u32) = (1200, 800);
const SOON: Duration = Duration::from_mins(1);
/// Drawing in software takes its time.
const PATIENCE: Duration = Duration::from_mins(3);

#[tokio::test]
async fn a_row_of_the_card_draws_its_way() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.url("/?quality=light&lang=en&parcel=IN-09"), SIZE.0, SIZE.1).await;
    page.until("the park is drawn", PATIENCE, "return document.querySelector('[data-state=\"running\"]')").await;
    page.until("the ways are there", SOON, "return document.querySelectorAll('[data-testid=\"route\"]').length >= 4")
        .await;
    let tiles = "return !document.querySelector('.tiles')";
    page.until("all tiles are there", PATIENCE, tiles).await;
    let rows = page.text("routes").await;
    for word in ["Airport", "Metro station", "Customs gate", "by truck", "by car", "min", "no traffic is counted"] {
        assert!(rows.contains(word), "{word}: {rows}");
    }

    let before = page.picture(".stage canvas").await;
    page.click("route").await;
    eventually("the way is drawn", PATIENCE, async || {
        (difference(&before, &page.picture(".stage canvas").await, 24) > 0.001).then_some(())
    })
    .await;
    page.until("it is chosen", SOON, "return document.querySelector('.route[aria-pressed=\"true\"]')").await;

    // Another parcel has ways of its own, and none is drawn before one is chosen.
    page.click("card-close").await;
    page.until("it is closed", SOON, "return !document.querySelector('.card')").await;
    page.close().await;
}
