//! A brief is kept, opened by a colleague's link and by nobody else's; and the bureau sees what briefs lacked. In a real
//! browser.

use std::time::Duration;

use cloudsite_proto::SITTING;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{AmountMust, Brief, Criterion, MatchRequest};
use cloudsite_tests::{Browser, Page, Server, eventually};

const SIZE: (u32, u32) = (1200, 800);
/// Nine pages are loaded one after another, and each draws the park in software.
const SOON: Duration = Duration::from_mins(1);

/// Becomes someone else, and is seen to be.
async fn sign_in(page: &Page, server: &Server, role: &str) {
    page.go(&server.sign_in_link(role).await).await;
    page.until("one is signed in", SOON, "return document.querySelector('[data-testid=\"account\"]')").await;
}

#[tokio::test]
async fn a_brief_is_kept_and_opened_by_those_whose_it_is() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.sign_in_link("investor").await, SIZE.0, SIZE.1).await;
    page.go(&server.url("/?quality=light&lang=en")).await;
    page.click("brief-open").await;
    page.choose("brief-template", "wafer_fab").await;
    page.until("a title can be given", SOON, "return document.querySelector('[data-testid=\"saved-title\"]')").await;
    page.fill("saved-title", "Fab 2028").await;
    page.click("saved-keep").await;
    eventually("it is kept", SOON, async || page.text("saved-open").await.contains("Fab 2028").then_some(())).await;
    let led = "return new URLSearchParams(location.search).get('brief')";
    let id = page.until("the address leads to it", SOON, led).await;
    let link = server.url(&format!("/?quality=light&lang=en&brief={}", id.as_str().expect("an id")));

    // It is renamed in the list, and closing the form leaves it.
    page.click("saved-list").await;
    page.click("saved-rename").await;
    page.fill("saved-new-title", "Fab 2029").await;
    page.run("document.querySelector('[data-testid=\"saved-new-title\"]').dispatchEvent(new Event('change', { bubbles: true }))")
        .await;
    eventually("it has the new title", SOON, async || page.text("saved-open").await.contains("Fab 2029").then_some(()))
        .await;
    page.click("brief-close").await;
    page.until("the address leads to none", SOON, "return !new URLSearchParams(location.search).get('brief')").await;

    // The link fills in the form, for the host too, who may not change it.
    let area = "return document.querySelector('[data-testid=\"brief-area-amount\"]')?.value";
    page.go(&link).await;
    assert_eq!(page.until("the form is filled in", SOON, area).await.as_str(), Some("6"), "hectares");
    sign_in(&page, &server, "host").await;
    page.go(&link).await;
    assert_eq!(page.until("the host reads it", SOON, area).await.as_str(), Some("6"), "hectares");
    assert!(page.text("saved-open").await.contains("example-firm"));
    let changes = "return !document.querySelector('[data-testid=\"saved-change\"], [data-testid=\"saved-delete\"]')";
    page.until("and changes nothing", SOON, changes).await;

    // For the bureau it is not there; it has its own tab, on which nothing has been counted yet.
    sign_in(&page, &server, "editor").await;
    page.go(&link).await;
    let refused = "return [...document.querySelectorAll('.brief [role=\"alert\"]')].map(one => one.textContent).join()";
    page.until("it is refused", SOON, refused).await;
    page.click("brief-close").await;
    page.click("tab-demand").await;
    eventually("the quarter's figures", SOON, async || {
        page.text("demand-total").await.starts_with("0 briefs of 0 refused").then_some(())
    })
    .await;

    // The firm deletes it, after being asked.
    sign_in(&page, &server, "investor").await;
    page.go(&link).await;
    page.until("the form is filled in", SOON, area).await;
    page.click("saved-list").await;
    page.click("saved-delete").await;
    page.click("saved-delete-sure").await;
    page.until("it is gone", SOON, "return !document.querySelector('[data-testid=\"saved-brief\"]')").await;
    page.close().await;
}

#[tokio::test]
async fn the_bureau_sees_what_refused_briefs_the_park_first() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    for sitting in ["a", "b", "c", "d"] {
        let area = AmountMust { quantity: "area_m2".to_owned(), min: Some(9e6), ..AmountMust::default() };
        let criteria = vec![Criterion { ask: Some(Ask::AmountMust(area)) }];
        let brief = Some(Brief { day: String::new(), criteria });
        let mut request = tonic::Request::new(MatchRequest { brief, explained: 1, ..MatchRequest::default() });
        request.metadata_mut().insert(SITTING, sitting.parse().expect("letters"));
        SitingServiceClient::new(server.channel().await).r#match(request).await.expect("an answer");
    }
    // What rests is counted when the server ends.
    let (status, folder) = server.terminate().await;
    assert!(status.success(), "{status}");
    let server = Server::start_in(folder).await;
    let browser = Browser::start().await;
    let page = browser.open(&server.sign_in_link("editor").await, SIZE.0, SIZE.1).await;
    for (lang, park, total) in [
        ("en", "Whole park", "3–5 briefs of 3–5"),
        ("zh", "整个园区", "3–5 份需求被拒（共 3–5 份）"),
        ("ja", "パーク全体", "3～5 件が不成立"),
    ] {
        page.go(&server.url(&format!("/?quality=light&lang={lang}"))).await;
        page.click("tab-demand").await;
        let led = async || page.text("demand-total").await.starts_with(total).then_some(());
        eventually("how many were refused leads", SOON, led).await;
        // Names of zones may come later than the figures.
        let groups = "const all = [...document.querySelectorAll('[data-testid=\"demand-group\"]')].map(one => \
                      [...one.querySelectorAll('tr:first-child th, tr:nth-child(2) td')].map(cell => cell.textContent).join(' ')); \
                      return all.length > 3 && !all.join().includes('zones/') && all[0]";
        let first = page.until("there are groups, zones by their names", SOON, groups).await;
        let figures = total.split(' ').next().expect("a figure");
        assert_eq!(first.as_str(), Some(format!("{park} {figures} {figures}").as_str()));
    }
    page.close().await;
}
