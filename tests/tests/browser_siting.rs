//! An investor looks for a place, in a real browser: from a kind of project to places with reasons.

use std::time::{Duration, Instant};

use cloudsite_tests::{Browser, Page, Server, difference, eventually};

const SIZE: (u32, u32) = (1200, 800);
const SOON: Duration = Duration::from_mins(1);
/// Drawing in software takes its time.
const PATIENCE: Duration = Duration::from_mins(3);

/// How many places suit, by the line that says so; waits for the answer to all that was filled in.
async fn suiting(page: &Page, other_than: Option<u64>) -> u64 {
    let answered = "const line = document.querySelector('[data-testid=\"brief-counts\"]');
        return line?.getAttribute('aria-busy') === 'false' && line.textContent";
    eventually("the brief is answered", SOON, async || {
        let line = page.run(answered).await;
        let line = line.as_str()?;
        let count: u64 = line.split(' ').next()?.parse().ok()?;
        (Some(count) != other_than).then_some(count)
    })
    .await
}

/// Fills in a field as one does who then goes on to the next.
async fn filled(page: &Page, field: &str, text: &str) {
    page.fill(field, text).await;
    let changed = "dispatchEvent(new Event('change', { bubbles: true }))";
    page.run(&format!("document.querySelector('[data-testid=\"{field}\"]').{changed}")).await;
}

/// Clicks what may lie under the line of counts at first.
async fn press(page: &Page, name: &str) {
    page.run(&format!("document.querySelector('[data-testid=\"{name}\"]').scrollIntoView({{ block: 'center' }})"))
        .await;
    page.click(name).await;
}

#[tokio::test]
async fn floors_and_exacting_needs_are_asked_group_by_group() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.sign_in_link("investor").await, SIZE.0, SIZE.1).await;
    page.go(&server.url("/?lang=en")).await;
    page.click("brief-open").await;
    let free = suiting(&page, None).await;

    // A class that is chosen stands for its bound.
    press(&page, "brief-vibration-must").await;
    page.choose("brief-vibration-class", "6.25").await;
    let quiet = suiting(&page, Some(free)).await;
    assert!(quiet > 0 && quiet < free, "{quiet} of {free} are known to be quiet");
    press(&page, "brief-vibration-open_role").await;
    assert_eq!(suiting(&page, Some(quiet)).await, free);

    // Power from a day on is asked of that day: the example parcel has 12 MW from July 2028.
    press(&page, "brief-group-supply").await;
    press(&page, "brief-power-must").await;
    filled(&page, "brief-power-amount", "12").await;
    let now = suiting(&page, Some(free)).await;
    filled(&page, "brief-power-since", "2028-07-01").await;
    let later = suiting(&page, Some(now)).await;
    assert!(later > now, "{now} have 12 MW now, {later} in July 2028");
    // A ramp: 2 MW at once, 12 MW from then on. Each step is told, and taking one away asks less.
    filled(&page, "brief-power-since", "").await;
    assert_eq!(suiting(&page, Some(later)).await, now);
    filled(&page, "brief-power-amount", "2").await;
    let few = suiting(&page, Some(now)).await;
    page.click("brief-power-add-step").await;
    filled(&page, "brief-power-amount-1", "12").await;
    filled(&page, "brief-power-since-1", "2028-07-01").await;
    let rising = suiting(&page, Some(few)).await;
    assert!(rising > now && rising < few, "{rising} have 2 MW now and 12 MW in July 2028, {few} have 2 MW");
    let steps = "return document.querySelectorAll('[data-testid=\"place\"] .place-steps li').length > 1";
    page.until("each step is told", SOON, steps).await;
    filled(&page, "brief-power-amount-1", "1").await;
    page.until(
        "a ramp that falls is said to",
        SOON,
        "return document.querySelector('[data-testid=\"brief-ramp-falls\"]')",
    )
    .await;
    page.click("brief-power-remove-1").await;
    assert_eq!(suiting(&page, Some(rising)).await, few);
    press(&page, "brief-power-open_role").await;
    suiting(&page, Some(few)).await;

    // Whoever asks what only floors have is shown floors first.
    press(&page, "brief-group-floors").await;
    press(&page, "brief-clear_height-must").await;
    filled(&page, "brief-clear_height-amount", "4").await;
    eventually("floors are counted first and say what binds", SOON, async || {
        let (line, floor) = (page.text("brief-counts").await, page.text("floor").await);
        let is_told = line.contains("floors suit") && floor.contains("Floor ");
        (is_told && floor.contains("Narrowest must: Clear height")).then_some(())
    })
    .await;
    assert!(suiting(&page, None).await > 0, "some floor is as high");
    let first = "const all = [...document.querySelectorAll('[data-testid=\"floor\"], [data-testid=\"place\"]')]; \
        return all[0].dataset.testid === 'floor'";
    page.until("floors stand above parcels", SOON, first).await;
    page.click("floor-head").await;
    page.until("the parcel under it opens", SOON, "return document.querySelector('.card')").await;
    page.close().await;
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
    page.click("brief-to-places").await;
    let in_sight =
        "return document.querySelector('[data-testid=\"place\"]').getBoundingClientRect().top < innerHeight - 60";
    page.until("the places come into sight", SOON, in_sight).await;
    let first = page.text("place").await;
    assert!(first.contains('%') && first.contains("Narrowest must"), "{first}");
    eventually("the park is coloured", PATIENCE, async || {
        (difference(&before, &page.picture(".stage canvas").await, 24) > 0.03).then_some(())
    })
    .await;

    // In the end more power than nearly all have: it is said what that costs, and a click takes it back.
    filled(&page, "brief-power-amount-2", "30").await;
    let strict = suiting(&page, Some(by_template)).await;
    assert!(strict < by_template, "{strict} of {by_template}");
    let costs = page.text("brief-costs").await;
    assert!(costs.contains("Power (MW)"), "{costs}");
    let step = page.text("brief-step").await;
    let more: u64 =
        step.rsplit(": ").next().and_then(|more| more.split(' ').next()).and_then(|n| n.parse().ok()).unwrap();
    press(&page, "brief-step").await;
    assert_eq!(suiting(&page, Some(strict)).await, strict + more, "{step}");

    // The answer is taken along, with a picture of what is shown.
    press(&page, "dossier").await;
    let line = page.text("dossier-places").await;
    assert!(line.contains("first places") && line.matches('|').count() == 2, "{line}");
    // Whoever compares the second place has that described.
    let second = "document.querySelectorAll('[data-testid=\"place\"]')[1]";
    let code = page.run(&format!("return {second}.dataset.code")).await;
    page.run(&format!("{second}.querySelector('[data-testid=\"compare-toggle\"]').click()")).await;
    eventually("the one that is compared is told", SOON, async || {
        let line = page.text("dossier-places").await;
        (line.contains("you compare") && line.contains(code.as_str()?)).then_some(())
    })
    .await;
    let view = "return new URLSearchParams(location.search).get('view')";
    let before = page.run(view).await;
    press(&page, "dossier-make").await;
    let is_there = "return document.querySelector('[data-testid=\"dossier-pdf\"]')";
    page.until("the dossier is made", PATIENCE, is_there).await;
    let line = page.text("dossier-state").await;
    assert!(line.contains("revision 1") && line.contains("PDF") && line.contains("GeoPackage"), "{line}");
    let told = "return fetch(document.querySelector('[data-testid=\"dossier-json\"]').href) \
        .then(answer => answer.json()).then(dossier => dossier.places.map(place => place.parcel).join())";
    assert_eq!(page.run(told).await, code);
    // There is a picture of the view and one of the place, and the camera is back. A picture is two images: its colours and
    // what covers of it.
    let images = "return fetch(document.querySelector('[data-testid=\"dossier-pdf\"]').href) \
        .then(answer => answer.arrayBuffer()) \
        .then(pdf => new TextDecoder('latin1').decode(pdf).split('/Subtype/Image').length - 1)";
    assert_eq!(page.run(images).await, 4);
    page.until("the camera is where it was", SOON, &format!("{view} === {before}")).await;
    assert_camera_is_given_back(&page).await;

    // A click on a place opens its card.
    press(&page, "place-head").await;
    page.until("the card opens", SOON, "return document.querySelector('.card')").await;
    // What is still being answered moves the page, so a click may miss: whoever sees the brief still there clicks again.
    eventually("the list is back", SOON, async || {
        let is_there = |name: &str| format!("return !!document.querySelector('[data-testid=\"{name}\"]')");
        if page.run(&is_there("brief-close")).await == true {
            press(&page, "brief-close").await;
        }
        (page.run(&is_there("parcel-item")).await == true).then_some(())
    })
    .await;
    page.close().await;
}

/// Whoever takes the camera while it goes from place to place for pictures gets a dossier with those that there are by then.
async fn assert_camera_is_given_back(page: &Page) {
    for nth in [0, 2] {
        let place = format!("document.querySelectorAll('[data-testid=\"place\"]')[{nth}]");
        page.run(&format!("{place}.querySelector('[data-testid=\"compare-toggle\"]').click()")).await;
    }
    // The key is pressed as soon as the page says that it goes round: three places take longer than that, but not by much.
    let key = "const line = document.querySelector('[data-testid=\"dossier-state\"]'); \
        new MutationObserver((_, observer) => { \
            if (!line.textContent.includes('Taking pictures of the places')) return; \
            observer.disconnect(); \
            dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })); \
        }).observe(line, { childList: true, subtree: true, characterData: true }); \
        return document.querySelector('[data-testid=\"dossier-pdf\"]').href";
    let before = page.run(key).await;
    press(page, "dossier-make").await;
    let is_made =
        format!("return (document.querySelector('[data-testid=\"dossier-pdf\"]')?.href ?? {before}) !== {before}");
    page.until("another dossier is made", PATIENCE, &is_made).await;
    let images = "return fetch(document.querySelector('[data-testid=\"dossier-pdf\"]').href) \
        .then(answer => answer.arrayBuffer()) \
        .then(pdf => new TextDecoder('latin1').decode(pdf).split('/Subtype/Image').length - 1)";
    assert_eq!(page.run(images).await, 2, "a picture of the view, and none of three places");
}

/// The code of the place that comes first.
const FIRST: &str = "return document.querySelector('[data-testid=\"place\"]')?.dataset.code";

/// Puts a weight where a hand would.
async fn weigh(page: &Page, row: &str, weight: u64) {
    page.run(&format!(
        "const slider = document.querySelector('[data-testid=\"brief-{row}-weight\"]');
         slider.value = {weight}; slider.dispatchEvent(new Event('input', {{ bubbles: true }})); return true"
    ))
    .await;
}

#[tokio::test]
async fn while_a_weight_is_dragged_places_change_their_order_and_the_interval_holds() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let (server, browser) = (Server::start().await, Browser::start().await);
    let page = browser.open(&server.sign_in_link("investor").await, SIZE.0, SIZE.1).await;
    page.go(&server.url("/?quality=light&lang=en")).await;
    page.click("brief-open").await;
    page.choose("brief-template", "wafer_fab").await;
    suiting(&page, None).await;
    // A hand that never rests: what it sees is written down each time it moves on.
    page.run(
        "window.seen = new Set(); window.moves = 0;
         window.drag = setInterval(() => {
             const slider = document.querySelector('[data-testid=\"brief-vibration-weight\"]');
             slider.value = 100 - Math.abs((window.moves++ * 3) % 200 - 100);
             slider.dispatchEvent(new Event('input', { bubbles: true }));
             const places = [...document.querySelectorAll('[data-testid=\"places\"] [data-testid=\"place\"]')];
             window.seen.add(places.slice(0, 5).map(place => place.dataset.code).join());
         }, 25);
         return true",
    )
    .await;
    page.until("places change their order under the hand", SOON, "return window.seen.size > 2").await;
    page.run("clearInterval(window.drag); return true").await;

    // Between the bounds that are drawn the first place stays, and not beyond.
    weigh(&page, "vibration", 50).await;
    let drawn = "const row = document.querySelector('[data-testid=\"brief-vibration-weight\"]').closest('label');
        const found = row.querySelector('small').textContent.match(/between (\\d+) and (\\d+)/);
        const band = row.querySelector('.brief-band').style.width;
        const line = document.querySelector('[data-testid=\"brief-counts\"]');
        return line.getAttribute('aria-busy') === 'false' && row.querySelector('output').textContent === '50' && band
            && found && [found[1], found[2], band].join()";
    let drawn = page.until("the interval is drawn", SOON, drawn).await;
    let drawn: Vec<String> = drawn.as_str().expect("bounds").split(',').map(str::to_owned).collect();
    let (from, to): (u64, u64) = (drawn[0].parse().expect("a weight"), drawn[1].parse().expect("a weight"));
    assert!(0 < from && from < 50 && 50 < to && drawn[2].ends_with('%'), "{drawn:?}");
    let first = page.until("a place is the first", SOON, FIRST).await;
    let first = first.as_str().expect("a code").to_owned();
    let other = format!("const first = {}; return first && first !== '{first}'", &FIRST["return ".len()..]);
    weigh(&page, "vibration", from - 1).await;
    page.until("beyond it another is the first", SOON, &other).await;
    weigh(&page, "vibration", from + 1).await;
    let again = format!("return {} === '{first}'", &FIRST["return ".len()..]);
    page.until("within it the same is", SOON, &again).await;
    page.close().await;
}

/// What the page asks of an investor who is given three minutes: from the link to three sites side by side.
const THREE_MINUTES: Duration = Duration::from_mins(3);

#[tokio::test]
async fn a_stranger_comes_from_the_link_to_three_sites_side_by_side() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let (server, browser) = (Server::start().await, Browser::start().await);
    for (language, side_by_side, suits) in [("en", "Places side by side", "suits"), ("ja", "場所の比較", "適合")]
    {
        let began = Instant::now();
        // Nobody has signed in, and nothing but the language is said.
        let page = browser.open(&server.url(&format!("/?lang={language}")), SIZE.0, SIZE.1).await;
        page.click("brief-open").await;
        page.choose("brief-template", "automotive").await;
        let enough =
            "return document.querySelectorAll('[data-testid=\"places\"] [data-standing=\"suits\"]').length > 2";
        page.until("three places suit", SOON, enough).await;
        page.click("brief-to-places").await;
        for place in 0..3 {
            // What is still being answered moves the page: whoever misses a button clicks it again.
            let toggle = format!(
                "const toggle = document.querySelectorAll('[data-testid=\"places\"] [data-testid=\"compare-toggle\"]')[{place}];
                 if (toggle?.getAttribute('aria-pressed') === 'false') toggle.click();
                 return toggle?.getAttribute('aria-pressed') === 'true'"
            );
            page.until("it is chosen", SOON, &toggle).await;
        }
        press(&page, "comparison-open").await;
        let table = "const heads = document.querySelectorAll('[data-testid=\"comparison-place\"]').length;
            const cells = [...document.querySelectorAll('[data-testid=\"comparison-row\"] td')].map(cell => cell.innerText);
            return heads === 3 && cells.length > 30 && cells.slice(0, 3).join('|')";
        let standings = page.until("three sites stand side by side", SOON, table).await;
        let told = page.text("comparison").await;
        assert!(told.contains(side_by_side), "{language}: {told}");
        assert!(standings.as_str().is_some_and(|all| all.matches(suits).count() == 3), "{language}: {standings}");
        let raw =
            page.run("return document.body.innerText.match(/(brief|comparison|card)[.][a-z_]+/)?.[0] ?? ''").await;
        assert_eq!(raw.as_str(), Some(""), "{language}: every word is said in it");
        assert!(began.elapsed() < THREE_MINUTES, "{language}: it took {:?}", began.elapsed());
        page.close().await;
    }
}
