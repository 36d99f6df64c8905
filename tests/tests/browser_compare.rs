//! Places side by side, in a real browser: chosen from a brief, in a table, and from a link.

use std::time::Duration;

use cloudsite_tests::{Browser, Page, Server, eventually};
use serde_json::{Value, json};

const SIZE: (u32, u32) = (1280, 800);
const SOON: Duration = Duration::from_mins(1);

/// Presses the toggle of a place of the brief, counted from 0.
async fn choose(page: &Page, place: usize) {
    let script = format!("document.querySelectorAll('[data-testid=\"compare-toggle\"]')[{place}].click(); return true");
    page.run(&script).await;
}

/// The first cell of each row of the table that is shown.
async fn rows(page: &Page) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('[data-testid=\"comparison-row\"] > th')].map(cell => cell.innerText)";
    let rows = page.run(script).await;
    rows.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[tokio::test]
async fn places_of_a_brief_stand_side_by_side() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.sign_in_link("investor").await, SIZE.0, SIZE.1).await;
    page.go(&server.url("/?lang=en")).await;
    page.click("brief-open").await;
    page.choose("brief-template", "wafer_fab").await;
    let toggles = "return document.querySelectorAll('[data-testid=\"compare-toggle\"]').length > 4";
    page.until("places can be chosen", SOON, toggles).await;
    for place in 0..5 {
        choose(&page, place).await;
    }
    page.until(
        "the fifth is refused with a word",
        SOON,
        "return document.querySelector('.toast.shown')?.innerText.includes('No more than 4')",
    )
    .await;

    page.click("comparison-open").await;
    let values = "return !document.querySelector('[data-testid=\"comparison-table\"]')?.innerText.includes('loading')";
    page.until("the parcels are loaded", SOON, values).await;
    let shape = page
        .run(
            "const table = document.querySelector('[data-testid=\"comparison-table\"]');
             return [table.caption !== null,
                     [...table.tHead.querySelectorAll('th')].every(cell => cell.scope === 'col'),
                     [...table.querySelectorAll('tbody th')].every(cell => ['row', 'rowgroup'].includes(cell.scope)),
                     table.querySelectorAll('thead th[data-code]').length,
                     [...table.querySelectorAll('[data-testid=\"comparison-row\"]')].every(row => row.cells.length === 5)]",
        )
        .await;
    assert_eq!(shape, json!([true, true, true, 4, true]), "a table with headers, a caption and four places");
    let all = rows(&page).await;
    for name in
        ["Standing", "Score", "Power (MW)", "Area (ha)", "Zone", "Land use", "Green ratio", "Setbacks", "Natural gas"]
    {
        assert!(all.iter().any(|row| row == name), "{name} among {all:?}");
    }
    assert!(
        !all.iter().any(|row| row == "Area" || row == "Price"),
        "what the brief asks for stands there once: {all:?}"
    );
    let best = "return document.querySelectorAll('td.best').length";
    assert!(page.run(best).await.as_u64().is_some_and(|count| count > 0), "the best of a wish is marked");

    page.click("comparison-differing").await;
    eventually("rows that are the same are hidden", SOON, async || (rows(&page).await.len() < all.len()).then_some(()))
        .await;

    // The link brings someone without the brief to the same places, with what the record says.
    let link =
        page.until("the link says so", SOON, "return location.search.includes('compare=') && location.search").await;
    let codes = "return [...document.querySelectorAll('thead th[data-code]')].map(cell => cell.dataset.code)";
    let compared = page.run(codes).await;
    page.go(&server.url(&format!("/{}", link.as_str().unwrap_or_default()))).await;
    page.until("the table opens", SOON, "return document.querySelectorAll('thead th[data-code]').length === 4").await;
    assert_eq!(page.run(codes).await, compared);
    page.until("the parcels are loaded", SOON, values).await;
    let all = rows(&page).await;
    assert!(all.iter().any(|row| row == "Area") && !all.iter().any(|row| row == "Standing"), "{all:?}");
    page.click("comparison-remove").await;
    page.until("one is taken out", SOON, "return document.querySelectorAll('thead th[data-code]').length === 3").await;
    page.click("comparison-close").await;
    page.until("the table is closed", SOON, "return !document.querySelector('.comparison[open]')").await;
    page.until("the link says no more of it", SOON, "return !location.search.includes('compare=')").await;
    page.close().await;
}

#[tokio::test]
async fn a_parcel_is_chosen_from_its_card() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.url("/?lang=en"), SIZE.0, SIZE.1).await;
    for index in [0, 1] {
        let open = format!("document.querySelectorAll('[data-testid=\"parcel-item\"]')[{index}].click(); return true");
        page.until(
            "the list is there",
            SOON,
            "return document.querySelectorAll('[data-testid=\"parcel-item\"]').length > 1",
        )
        .await;
        page.run(&open).await;
        page.until(
            "the card can be chosen",
            SOON,
            "return document.querySelector('.card [data-testid=\"compare-toggle\"][aria-pressed=\"false\"]')",
        )
        .await;
        page.run("document.querySelector('.card [data-testid=\"compare-toggle\"]').click(); return true").await;
    }
    page.click("comparison-open").await;
    page.until("two stand side by side", SOON, "return document.querySelectorAll('thead th[data-code]').length === 2")
        .await;
    page.close().await;
}

#[tokio::test]
async fn a_link_brings_a_floor_beside_a_parcel() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let (parcel, floor) = ("ZC-02", "building/ZC-02-02/2");
    let link = format!("/?lang=en&unit=m2&compare={parcel},{floor}");
    let page = browser.open(&server.url(&link), SIZE.0, SIZE.1).await;
    let codes = "return [...document.querySelectorAll('thead th[data-code]')].map(cell => cell.dataset.code)";
    page.until("the table opens", SOON, "return document.querySelectorAll('thead th[data-code]').length === 2").await;
    assert_eq!(page.run(codes).await, json!([parcel, floor]));
    let loaded = "return !document.querySelector('[data-testid=\"comparison-table\"]')?.innerText.includes('loading')";
    page.until("both are loaded", SOON, loaded).await;

    let heads = page.run("return [...document.querySelectorAll('thead th .link')].map(head => head.innerText)").await;
    assert_eq!(heads, json!([parcel, "ZC-02-02 · Floor 2"]), "a floor is called by building and storey");
    // Each row by its name with the first line of each cell.
    let cells = page
        .run(
            "return Object.fromEntries([...document.querySelectorAll('[data-testid=\"comparison-row\"]')].map(row =>
                 [row.cells[0].innerText, [...row.cells].slice(1).map(cell => cell.innerText.split('\\n')[0].trim())]))",
        )
        .await;
    assert_eq!(cells["Plot ratio (FAR)"][1], json!("does not apply"), "{cells}");
    assert_eq!((&cells["Floor load"][0], &cells["Floor load"][1]), (&json!("does not apply"), &json!("10 kN/m²")));
    assert_eq!((&cells["Storey"][1], &cells["Floor area"][1]), (&json!("Floor 2"), &json!("1,510 m²")), "{cells}");
    assert_eq!(cells["Zone"][0], cells["Zone"][1], "the floor's building stands on that parcel");

    // A link that names what is not there says so in its column, and shows the other.
    page.go(&server.url(&format!("/?lang=en&compare={parcel},building/ZC-02-02/99"))).await;
    let missing = "return document.querySelector('thead [role=\"alert\"]')?.innerText.includes('Floor 99 to let')";
    page.until("the floor is missed", SOON, missing).await;
    page.close().await;
}
