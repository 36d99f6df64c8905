//! The page for those who keep the record, in a real browser: from a file to a revision by two people, conflicts, the
//! past, one parcel edited on its card, and ways to sign in.

use std::time::Duration;

use cloudsite_tests::provider::{PASSWORD, Provider};
use cloudsite_tests::{Browser, Desk, Page, Server, difference, eventually, free_address, geojson, import, shapefile};
use serde_json::json;

const SIZE: (u32, u32) = (1100, 800);
const SOON: Duration = Duration::from_mins(1);
/// Drawing in software takes its time.
const PATIENCE: Duration = Duration::from_mins(3);

const SIDE: f64 = 0.001;

/// West and south of places beside each other where the demo park has no parcels, degrees.
fn place(step: u32) -> (f64, f64) {
    (120.30 + f64::from(step) * 0.002, 31.45)
}

/// Whether the page was built; says so if not.
fn is_built() -> bool {
    let built = std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_some();
    if !built {
        println!("skipped: the page is not built; cargo xtask test builds it");
    }
    built
}

/// A browser of someone with a role, who came by the link of the demo.
async fn signed_in(browser: &Browser, server: &Server, role: &str) -> Page {
    let page = browser.open(&server.sign_in_link(role).await, SIZE.0, SIZE.1).await;
    page.go(&server.url("/?quality=light&lang=en")).await;
    let name = format!("return document.querySelector('[data-testid=\"account\"]')?.innerText.includes('Demo {role}')");
    page.until("the page says who is signed in", SOON, &name).await;
    page
}

async fn visitor(browser: &Browser, server: &Server, query: &str) -> Page {
    browser.open(&server.url(&format!("/?quality=light&lang=en{query}")), SIZE.0, SIZE.1).await
}

/// A script that tells whether the element with this `data-testid` says something.
fn says(id: &str, text: &str) -> String {
    format!("return document.querySelector('[data-testid=\"{id}\"]')?.innerText.includes('{text}')")
}

fn in_state(state: &str) -> String {
    format!("return document.querySelector('[data-testid=\"changeset-state\"]')?.dataset.state === '{state}'")
}

#[tokio::test]
async fn two_people_bring_a_shapefile_to_everyone() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let watching = visitor(&browser, &server, "").await;
    watching.until("a visitor sees the park", SOON, &says("result-count", "171")).await;
    assert_eq!(
        watching.run("return document.querySelector('[data-testid=\"tab-changes\"]')").await,
        serde_json::Value::Null
    );

    // The editor drops the file, answers the one thing that it leaves open, and imports it: two clicks.
    let editor = signed_in(&browser, &server, "editor").await;
    let file = shapefile::zipped(&[("T-1", place(0), SIDE), ("T-2", place(1), SIDE), ("T-3", place(2), SIDE)]);
    editor.drop_file("宗地.zip", &file).await;
    editor
        .until("the coordinates are asked for", SOON, "return document.querySelector('[data-testid=\"intake.crs\"]')")
        .await;
    let can_import = "const b = document.querySelector('[data-testid=\"intake-import\"]'); return b && !b.disabled";
    assert_eq!(editor.run(can_import).await, false, "nothing is guessed");
    editor.choose("intake.crs", "EPSG:4490").await;
    editor.until("the file can be imported", SOON, can_import).await;
    assert!(editor.text("intake-columns").await.contains("DKBH"));
    editor.click("intake-import").await;
    editor.until("the changeset opens", SOON, &says("changeset-title", "宗地.zip")).await;
    editor.until("it is checked", SOON, &in_state("validated")).await;
    editor
        .until(
            "what is new is listed",
            SOON,
            "return document.querySelectorAll('[data-testid=\"change\"][data-kind=\"created\"]').length === 3",
        )
        .await;
    assert_eq!(
        editor.run("return document.querySelector('[data-testid^=\"act-approve\"]')").await,
        serde_json::Value::Null
    );

    // The approver finds it, sees what it is, and publishes: four clicks.
    let approver = signed_in(&browser, &server, "approver").await;
    approver.click("tab-changes").await;
    approver.click("changeset-item").await;
    approver.click("change").await;
    approver.until("before and after are compared", SOON, &says("compare", "无锡一号")).await;
    approver.until("the park is drawn", PATIENCE, "return document.querySelector('[data-state=\"running\"]')").await;
    approver.click("compare.both").await;
    approver
        .until("the park is split", SOON, "return document.querySelectorAll('.stage.split .half').length === 2")
        .await;
    eventually("only the right half shows the new parcels", PATIENCE, async || {
        let [before, after] = approver.picture(".stage canvas").await.halves();
        let differs = difference(&before, &after, 24);
        (0.03..0.6).contains(&differs).then_some(())
    })
    .await;
    approver.click("act-approve_publish").await;
    approver.until("it is published", SOON, &in_state("published")).await;
    watching.until("a visitor sees it", SOON, &says("result-count", "174")).await;
    editor.until("so does the editor", SOON, &in_state("published")).await;
    for page in [watching, editor, approver] {
        page.close().await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_listed_and_a_changeset_is_turned_down() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let mut desk = Desk::as_role(&server, "editor").await;
    let features = [geojson::parcel("T-1", place(0), SIDE), geojson::parcel("T-2", place(0), SIDE / 2.0)];
    let file = serde_json::json!({ "type": "FeatureCollection", "features": features }).to_string();
    let upload = desk.upload("over.geojson", file.as_bytes(), 1_000_000).await;
    let started = desk.start(&upload, cloudsite_proto::change::ImportOptions::default()).await;
    let changeset = desk.ended(&started.name).await.import.expect("it made a changeset").changeset;

    let approver = signed_in(&browser, &server, "approver").await;
    approver
        .go(&server.url(&format!("/?quality=light&lang=en&changeset={}", changeset.trim_start_matches("changesets/"))))
        .await;
    approver.until("a link opens the changeset", SOON, &in_state("draft")).await;
    approver.until("the overlap is listed", SOON, &says("problems", "parcel.overlap")).await;
    approver.click("problem").await;
    approver.until("a problem leads to its parcel", SOON, &says("change-code", "T-")).await;
    approver.click("act-reject").await;
    approver.fill("reject-reason", "T-2 lies over T-1").await;
    approver.click("reject-send").await;
    approver.until("it is rejected", SOON, &says("changeset-state", "Rejected")).await;
    assert!(approver.text("changeset").await.contains("T-2 lies over T-1"), "the reason is said");
    approver.close().await;
}

#[tokio::test]
async fn the_page_shows_any_time() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel("T-1", place(0), SIDE)]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    let page = visitor(&browser, &server, "&parcel=T-1").await;
    page.until("the present is shown", SOON, &says("result-count", "172")).await;
    page.until("so is the parcel", SOON, &says("parcel-card", "Available")).await;

    page.click("time-switch").await;
    let earlier = "return document.querySelector('[data-testid=\"revision\"][data-revision=\"1\"]')";
    page.until("revisions are listed", SOON, earlier).await;
    page.run("document.querySelector('[data-testid=\"revision\"][data-revision=\"1\"]').click(); return null").await;
    page.until("a band says so", SOON, &says("as-of", "revision 1")).await;
    page.until("the list is of then", SOON, &says("result-count", "171")).await;
    page.until("the parcel was not there", SOON, &says("parcel-card", "no parcel T-1")).await;
    page.until("the link keeps it", SOON, "return location.search.includes('revision=1')").await;

    // What is published meanwhile does not disturb the past.
    let file = geojson::write(server.scratch(), "two.geojson", &[geojson::parcel("T-2", place(1), SIDE)]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    page.until("a revision is announced", SOON, &says("toast", "3")).await;
    assert!(page.text("result-count").await.contains("171"));
    page.click("back-to-now").await;
    page.until("the present is back", SOON, &says("result-count", "173")).await;
    page.until("without a band", SOON, "return !document.querySelector('[data-testid=\"as-of\"]')").await;

    let linked = visitor(&browser, &server, "&revision=2").await;
    linked.until("a link leads to its time", SOON, &says("result-count", "172")).await;

    // Who keeps the record sees what someone else was shown.
    let editor = signed_in(&browser, &server, "editor").await;
    editor.go(&server.url("/?quality=light&lang=en&parcel=T-1")).await;
    let can_edit = "return !!document.querySelector('[data-testid=\"edit\"]')";
    editor.until("an editor can edit", SOON, can_edit).await;
    editor.click("time-switch").await;
    let listed = "return document.querySelectorAll('[data-testid=\"time-whom\"] option').length > 4";
    editor.until("organisations can be asked about", SOON, listed).await;
    let choose = "const put = (id, value) => { const field = document.querySelector(`[data-testid='${id}']`);
        field.value = value; field.dispatchEvent(new Event('input', {bubbles: true}));
        field.dispatchEvent(new Event('change', {bubbles: true})); };
        put('time-whom', 'organisations/tokyo');
        put('time-day', new Intl.DateTimeFormat('sv', {timeZone: 'Asia/Tokyo'}).format(new Date())); return null";
    editor.run(choose).await;
    editor.click("time-day-show").await;
    editor.until("a band says to whom", SOON, &says("as-of", "negotiating")).await;
    editor.until("and which revision", SOON, &says("as-of", "was shown on")).await;
    assert!(editor.text("as-of").await.contains("revision 3"));
    editor.until("the link keeps it", SOON, "return location.search.includes('as=negotiating')").await;
    let gone = "return !document.querySelector('[data-testid=\"edit\"]')";
    editor.until("nothing is edited there", SOON, gone).await;
    editor.click("back-to-now").await;
    editor.until("the editor is back", SOON, "return !location.search.includes('as=')").await;
    for page in [page, linked, editor] {
        page.close().await;
    }
}

#[tokio::test]
async fn one_parcel_is_edited_while_the_rules_answer() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let features =
        [geojson::parcel("T-1", place(0), SIDE), geojson::parcel("T-2", (place(0).0 + SIDE, place(0).1), SIDE)];
    let file = geojson::write(server.scratch(), "two.geojson", &features);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    let page = signed_in(&browser, &server, "editor").await;
    page.go(&server.url("/?quality=light&lang=en&parcel=T-1")).await;
    page.click("edit").await;
    page.until(
        "its vertices are there",
        SOON,
        "return document.querySelectorAll('[data-testid=\"vertex\"]').length === 4",
    )
    .await;
    // The eastern side goes ten metres into the neighbour.
    let push = "const dots = [...document.querySelectorAll('[data-testid=\"vertex\"]')];
        dots.sort((a, b) => b.cx.baseVal.value - a.cx.baseVal.value);
        for (const dot of dots.slice(0, 2)) for (let step = 0; step < 10; step += 1) {
          dot.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', shiftKey: true, bubbles: true }));
        } return null";
    page.run(push).await;
    page.until("a rule answers at once", PATIENCE, &says("editor", "overlaps parcel T-2")).await;
    page.run(&push.replace("ArrowRight", "ArrowLeft")).await;
    page.until(
        "and is content again",
        SOON,
        "return !document.querySelector('[data-testid=\"editor\"]').innerText.includes('overlaps')",
    )
    .await;
    page.fill("edit-height_limit_m", "tall").await;
    page.until("what is no number is said", SOON, &says("editor", "a number of at least 0")).await;
    page.fill("edit-height_limit_m", "36").await;
    page.click("edit-save").await;
    page.until("a draft opens", SOON, &says("changeset-title", "T-1")).await;
    page.until("what changes is compared", SOON, &says("compare", "36 m")).await;
    page.close().await;
}

#[tokio::test]
async fn a_conflict_is_decided_side_by_side() {
    if !is_built() {
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel("T-1", place(0), SIDE)]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    let (mut editor, mut approver) = (Desk::as_role(&server, "editor").await, Desk::as_role(&server, "approver").await);
    let mut parcel = geojson::parcel("T-1", place(0), SIDE);
    let mut drafts = Vec::new();
    for height in [24.0, 36.0] {
        parcel["properties"]["height_limit_m"] = height.into();
        let draft = editor.draft(&format!("{height} m")).await.unwrap();
        editor.put(&draft, &parcel).await.unwrap();
        editor.validate(&draft).await.unwrap();
        drafts.push(draft);
    }
    approver.approve(&drafts[0]).await.unwrap();
    approver.publish(&drafts[0]).await.unwrap();

    let page = signed_in(&browser, &server, "editor").await;
    let link = drafts[1].trim_start_matches("changesets/");
    page.go(&server.url(&format!("/?quality=light&lang=en&changeset={link}"))).await;
    page.click("act-rebase").await;
    page.until("both sides are shown", SOON, &says("conflicts", "24 m")).await;
    assert!(page.text("conflicts").await.contains("36 m"), "{}", page.text("conflicts").await);
    let can_apply = "return !document.querySelector('[data-testid=\"conflicts-apply\"]').disabled";
    assert_eq!(page.run(can_apply).await, false, "nothing is decided yet");
    page.click("all-ours").await;
    page.until("it is decided", SOON, can_apply).await;
    page.click("conflicts-apply").await;
    page.until("nothing is open", SOON, "return !document.querySelector('[data-testid=\"conflicts\"]')").await;
    page.close().await;
    let rebased = editor.changes(&drafts[1]).await;
    let heights: Vec<_> =
        rebased[0].attributes.iter().map(|change| (&*change.path, &*change.before, &*change.after)).collect();
    assert_eq!(heights, [("height_limit_m", "24.0", "36.0")], "what was decided stands against the newest revision");
}

#[tokio::test]
async fn staff_sign_in_by_password_or_by_their_own_provider() {
    if !is_built() {
        return;
    }
    let provider = Provider::start().await;
    let address = free_address();
    let server = provider.park(address, &format!("http://{address}")).await;
    let browser = Browser::start().await;
    let chen = says("account", "Chen");
    let page = visitor(&browser, &server, "").await;
    page.click("sign-in").await;
    page.fill("sign-in-email", "chen@bureau.example").await;
    page.fill("sign-in-password", "snow on the canal bridge").await;
    page.click("sign-in-submit").await;
    page.until("a wrong password is said to be", SOON, &says("sign-in-failure", "password")).await;
    page.fill("sign-in-password", PASSWORD).await;
    page.click("sign-in-submit").await;
    page.until("the page says who is signed in", SOON, &chen).await;
    page.until(
        "what an editor works with is there",
        SOON,
        "return document.querySelector('[data-testid=\"tab-changes\"]')",
    )
    .await;
    page.click("account").await;
    page.click("sign-out").await;
    page.until("nobody is signed in", SOON, "return document.querySelector('[data-testid=\"sign-in\"]')").await;
    let kept = "return document.querySelector('[data-testid=\"tab-changes\"]') === null";
    page.until("and nothing of the desk is left", SOON, kept).await;

    provider.say(json!({ "email": "chen@bureau.example", "email_verified": true }));
    page.click("sign-in").await;
    page.click("sign-in-provider").await;
    page.until("the provider has said who it is", SOON, &chen).await;
    page.close().await;
}
