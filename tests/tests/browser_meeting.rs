//! A host and a guest meet in the park, each in a browser of their own: from the plan to the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cloudsite_tests::{Browser, FAKE_MEDIA, Page, Server, eventually};

const SIZE: (u32, u32) = (1280, 800);
const SOON: Duration = Duration::from_mins(1);
/// Drawing in software takes its time.
const PATIENCE: Duration = Duration::from_mins(3);

/// A parcel of the demo park.
const PARCEL: &str = "BZ-04";

async fn open(browser: &Browser, address: &str) -> Page {
    browser.open_with(address, SIZE.0, SIZE.1, &FAKE_MEDIA).await
}

/// A script that finds whether there is an element with this `data-testid`.
fn there_is(id: &str) -> String {
    format!("return document.querySelector('[data-testid=\"{id}\"]') !== null")
}

/// A script that finds whether the element with this `data-testid` says something.
fn says(id: &str, words: &str) -> String {
    format!("return document.querySelector('[data-testid=\"{id}\"]')?.innerText.includes({words:?}) ?? false")
}

/// Plans a meeting that begins soon, and makes a link for a guest.
async fn plan_and_invite(host: &Page) -> String {
    host.click("meetings").await;
    host.click("plan-meeting").await;
    host.fill("plan-name", "Land for a plant").await;
    assert!(!host.text("plan-elsewhere").await.is_empty() || host.text("plan-dialog").await.contains("Asia"));
    host.click("plan-submit").await;
    host.fill("invite-name", "Erika Mustermann").await;
    host.click("invite-make").await;
    let script = "return document.querySelector('[data-testid=\"invite-link\"]')?.value ?? null";
    let link = host.until("a link was made", SOON, script).await.as_str().expect("a link is a text").to_owned();
    assert!(link.contains("/?meet="), "{link}");
    let calendar = "return document.querySelector('[data-testid=\"invite-calendar\"]').getAttribute('href')";
    assert!(host.run(calendar).await.as_str().is_some_and(|path| path.contains("/invitation.ics")));
    host.click("invite-close").await;
    link
}

/// Joins with camera and microphone, once the own picture is seen.
async fn join(page: &Page) {
    let picture = "const video = document.querySelector('[data-testid=\"meeting-preview\"]');
        return video !== null && video.videoWidth > 0";
    page.until("the own picture is seen", SOON, picture).await;
    let way = "return document.querySelector('[data-testid=\"meeting-way\"]').dataset.way === 'udp'";
    page.until("the way there is known before", SOON, way).await;
    page.click("meeting-join").await;
}

/// Script: how many pictures of others have been decoded, by the elements that show them.
const PICTURES: &str = "return [...document.querySelectorAll('.tile:not(:last-child) video')]
    .filter(video => video.videoWidth > 0 && video.currentTime > 0).length";

#[tokio::test]
async fn a_host_and_a_guest_meet_in_the_park() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let host = open(&browser, &server.sign_in_link("host").await).await;
    let link = plan_and_invite(&host).await;

    // The host joins from the list.
    host.click("meetings").await;
    host.run("document.querySelector('[data-testid^=\"join-\"]').click()").await;
    join(&host).await;
    host.until("the host is in", SOON, &there_is("meeting-bar")).await;
    host.until("the address says so", SOON, "return location.search.includes('meeting=')").await;

    // The guest comes by the link, waits, and is let in.
    let guest = open(&browser, &link).await;
    guest.until("the meeting's title", SOON, &says("meeting-title", "Land for a plant")).await;
    let named = "return document.querySelector('[data-testid=\"meeting-name\"]')?.value === 'Erika Mustermann'";
    guest.until("the link knows the guest's name", SOON, named).await;
    join(&guest).await;
    guest.until("the guest waits", SOON, &there_is("meeting-lobby")).await;
    host.click("people").await;
    host.until("the host sees who waits", SOON, &says("waiting", "Erika Mustermann")).await;
    host.run("document.querySelector('[data-testid^=\"admit-\"]').click()").await;
    guest.until("the guest is in", SOON, &there_is("meeting-bar")).await;
    for (page, other) in [(&host, "Erika Mustermann"), (&guest, "host")] {
        page.until("the other's name is on a tile", SOON, &says("tiles", other)).await;
    }
    for page in [&host, &guest] {
        page.until("the other's picture is seen", PATIENCE, PICTURES).await;
        let good = "return document.querySelector('[data-testid=\"meeting-quality\"]').dataset.path === 'udp'";
        page.until("the connection is told", SOON, good).await;
    }

    be_seen(&host, &guest).await;
    talk(&host, &guest).await;
    lead(&host, &guest).await;
    withdraw(&host, &guest).await;
    record(&host, &guest, &server).await;

    // A guest's own way in is not for others.
    let shared = "const link = new URLSearchParams(location.search); return link.has('meet')";
    assert_eq!(guest.run(shared).await, true);

    // The end is told to everyone.
    host.click("end").await;
    host.click("end").await;
    for page in [&host, &guest] {
        page.until("it is over", SOON, &says("meeting-over-words", "ended")).await;
    }
    guest.click("meeting-to-park").await;
    guest.close().await;
    host.click("meeting-to-park").await;
    replay(&host, &server).await;
    host.close().await;
}

/// The host asks to record, the guest agrees, and withdraws.
async fn record(host: &Page, guest: &Page, server: &Server) {
    let standing = |word: &str| {
        format!("return document.querySelector('[data-testid=\"recording\"]')?.dataset.standing === {word:?}")
    };
    host.click("record").await;
    host.until("the host waits for the guest", SOON, &standing("waiting")).await;
    host.until("the guest's name is told", SOON, &says("recording", "Erika Mustermann")).await;
    guest.click("recording-agree").await;
    for page in [host, guest] {
        page.until("everyone sees that it is recorded", SOON, &standing("on")).await;
    }
    host.click("chat").await;
    host.click("chat-parcel").await;
    host.until("a parcel is opened while it is recorded", SOON, &says("card-code", PARCEL)).await;
    host.fill("chat-text", "On the record.").await;
    host.click("chat-send").await;
    guest.until("the guest reads it", SOON, &says("chat-lines", "On the record.")).await;
    host.click("card-close").await;
    host.click("people").await;
    eventually("voices and pictures are on disk", SOON, async || {
        let files = media_files(server);
        let is_long = |file: &PathBuf| file.metadata().is_ok_and(|file| file.len() > 10_000);
        (files.len() == 4 && files.iter().all(is_long)).then_some(())
    })
    .await;
    guest.click("recording-withdraw").await;
    host.until("it is recorded no more", SOON, &standing("waiting")).await;
    host.click("recording-stop").await;
    host.until("nobody asks any more", SOON, &standing("off")).await;
}

/// The host replays what was recorded, hears and sees it, and its files are what their names say.
async fn replay(host: &Page, server: &Server) {
    host.click("meetings").await;
    host.click("open-recordings").await;
    host.until("the recording is listed", SOON, &says("recordings", "Land for a plant")).await;
    let files = "return document.querySelectorAll('.recording-files a').length";
    assert_eq!(host.run(files).await, 4, "two voices and two pictures");
    host.click("replay").await;
    host.until("the parcel is opened again", SOON, &says("card-code", PARCEL)).await;
    host.until("the line is read again", SOON, &says("replay-lines", "On the record.")).await;
    let plays = "return [...document.querySelectorAll('.replay audio, .replay video')]
        .filter(media => media.currentTime > 0 && media.error === null).length";
    host.until("voices and pictures play", SOON, &format!("{plays} === 4")).await;
    host.click("replay-end").await;
    host.until("the bar is gone", SOON, "return document.querySelector('.replay') === null").await;
    for file in media_files(server) {
        let (codec, duration_secs) = probe(&file);
        let is_voice = file.extension().is_some_and(|ending| ending == "ogg");
        assert_eq!(codec, if is_voice { "opus" } else { "vp8" }, "{}", file.display());
        assert!((1.0..60.0).contains(&duration_secs), "{}: {duration_secs} s", file.display());
    }
}

/// The voices and pictures that were recorded.
fn media_files(server: &Server) -> Vec<PathBuf> {
    let within = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let recordings = within(server.data().join("recordings")).flat_map(within);
    recordings.flat_map(within).filter(|file| file.extension().is_some_and(|ending| ending != "binpb")).collect()
}

/// The codec of a file's one stream and how long it is, seconds; all of it can be decoded.
fn probe(file: &Path) -> (String, f64) {
    let run = |program: &str, words: &[&str]| {
        let outcome = Command::new(program).args(words).output().expect("ffmpeg is installed");
        let errors = String::from_utf8_lossy(&outcome.stderr).into_owned();
        assert!(outcome.status.success() && errors.is_empty(), "{program} {}: {errors}", file.display());
        String::from_utf8(outcome.stdout).expect("it says text")
    };
    let path = file.to_str().expect("a path is text");
    // Each frame at its own time: at a rate that is only guessed two of them would fall together.
    let as_they_are = ["-vsync", "passthrough", "-enc_time_base", "-1"];
    run("ffmpeg", &[&["-v", "error", "-i", path][..], &as_they_are, &["-f", "null", "-"]].concat());
    let of = ["-v", "error", "-of", "csv=p=0", "-show_entries"];
    let codec = run("ffprobe", &[&of[..], &["stream=codec_name", path]].concat());
    let duration = run("ffprobe", &[&of[..], &["format=duration", path]].concat());
    (codec.trim().to_owned(), duration.trim().parse().expect("it has a length"))
}

/// Lines of text go both ways, and a parcel in one opens its card.
async fn talk(host: &Page, guest: &Page) {
    guest.click("chat").await;
    guest.fill("chat-text", &format!("What of {PARCEL}?")).await;
    guest.click("chat-send").await;
    guest.until("one's own line is seen", SOON, &says("chat-lines", PARCEL)).await;
    host.click("chat").await;
    host.until("the host reads it", SOON, &says("chat-lines", "What of")).await;
    host.click("chat-parcel").await;
    host.until("the card opens", SOON, &says("card-code", PARCEL)).await;
    host.fill("chat-text", "Here it is.").await;
    host.click("chat-send").await;
    guest.until("the guest reads it", SOON, &says("chat-lines", "Here it is.")).await;
    // A hand goes up and is seen.
    guest.click("hand").await;
    host.until("the hand is seen", SOON, "return document.querySelector('[data-testid^=\"hand-\"]') !== null").await;
    guest.click("hand").await;
    host.click("people").await;
}

/// An expression that finds whether the guest's name stands in the park at this of theirs: `avatar` or `pointer`.
fn named(of: &str) -> String {
    format!("document.querySelector('.park-name[data-of=\"{of}\"]')?.textContent === 'Erika Mustermann'")
}

/// The guest is free: goes nearer, and points at something. The host sees who is where, and what they point at.
async fn be_seen(host: &Page, guest: &Page) {
    for page in [host, guest] {
        page.until("the park is drawn", PATIENCE, "return window.cloudsiteViewer?.ready()").await;
    }
    let nearer =
        "document.querySelector('canvas').dispatchEvent(new WheelEvent('wheel', { deltaY: -300, bubbles: true }))";
    // Whoever has just come may turn the wheel before the picture hears of it.
    eventually("the guest's avatar is named", PATIENCE, async || {
        guest.run(nearer).await;
        (host.run(&format!("return {}", named("avatar"))).await == true).then_some(())
    })
    .await;
    let here = "return cloudsiteViewer.project(0, 0, 0)";
    guest.until("the guest's camera is at rest", SOON, "return window.cloudsiteViewer.ready()").await;
    let before = guest.run(here).await;
    guest.click("point").await;
    guest.drag((700.0, 330.0), (780.0, 390.0)).await;
    host.until("what the guest points at is named", PATIENCE, &format!("return {}", named("pointer"))).await;
    assert_eq!(guest.run(here).await, before, "whoever points does not move the camera");
    let own = "return document.querySelector('.park-name') === null";
    assert_eq!(guest.run(own).await, true, "nobody is told their own name");
    guest.click("point").await;
    host.until("no longer", SOON, &format!("return !({})", named("pointer"))).await;
}

/// Brought to a room aside, and back from it, the guest is heard there only once they want to be.
async fn withdraw(host: &Page, guest: &Page) {
    let speaks = |on: bool| {
        format!("return document.querySelector('[data-testid=\"microphone\"]').getAttribute('aria-pressed') === '{on}'")
    };
    let in_room = "const rows = [...document.querySelectorAll('[data-testid^=\"person-\"]')];
        const row = rows.find(row => row.innerText.includes('Erika Mustermann'));
        const choice = row?.querySelector('[data-testid^=\"room-\"]');
        if (!choice || choice.options.length < 2) return false;
        choice.value = choice.options[1].value; choice.dispatchEvent(new Event('change', { bubbles: true })); return true";
    guest.until("the guest speaks", SOON, &speaks(true)).await;
    host.fill("room-name", "Caucus").await;
    host.click("room-open").await;
    host.until("the guest is brought there", SOON, in_room).await;
    guest.until("they are silent there", SOON, &speaks(false)).await;
    guest.click("microphone").await;
    guest.until("they speak among themselves", SOON, &speaks(true)).await;
    host.run("document.querySelector('[data-testid^=\"close-room-\"]').click()").await;
    guest.until("brought back, they are silent", SOON, &speaks(false)).await;
    let told = "return document.querySelector('.toast')?.innerText.includes('microphone and camera are off')";
    guest.until("and told so", SOON, told).await;
    for own in ["microphone", "camera"] {
        guest.click(own).await;
    }
    host.until("their picture is seen again", PATIENCE, PICTURES).await;
}

/// The guest sees what the host sees, looks around alone, and comes back.
async fn lead(host: &Page, guest: &Page) {
    let standing =
        |word: &str| format!("return document.querySelector('[data-testid=\"led\"]')?.dataset.standing === {word:?}");
    host.click("lead").await;
    guest.until("the guest follows", SOON, &standing("follows")).await;
    guest.until("the open parcel is shown", SOON, &says("card-code", PARCEL)).await;
    // What is drawn is led, too.
    let layer = "[data-testid=\"layer-road\"] input";
    for page in [host, guest] {
        let can_be_switched = format!("return document.querySelector('{layer}') !== null");
        page.until("layers can be switched", PATIENCE, &can_be_switched).await;
    }
    host.run(&format!("document.querySelector('{layer}').click()")).await;
    let hidden = format!("return document.querySelector('{layer}').checked === false");
    guest.until("the layer is gone", SOON, &hidden).await;
    // So is a factory that is tried: whoever follows sees the same one.
    host.click("fit-open").await;
    let asked = "return new URLSearchParams(location.search).get('fit')";
    let tried = host.until("a factory is tried", SOON, asked).await;
    guest.until("the same one is seen", SOON, &format!("{asked} === {tried}")).await;
    host.click("fit-largest").await;
    let tried = host
        .until(
            "it is another",
            SOON,
            &format!("const fit = new URLSearchParams(location.search).get('fit'); return fit !== {tried} && fit"),
        )
        .await;
    guest.until("which is seen, too", SOON, &format!("{asked} === {tried}")).await;
    host.click("fit-close").await;
    // A slider that is dragged is seen where it is let go.
    let drag = "return (async () => {
        const slider = document.querySelector('[data-testid=\"hour\"]');
        for (let step = 1; step <= 60; step += 1) {
            slider.value = 6 + step * 0.25;
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise(next => setTimeout(next, 5));
        }
        return slider.value;
    })()";
    assert_eq!(host.run(drag).await, "21");
    let hour = "return document.querySelector('[data-testid=\"hour\"]').value === '21'";
    guest.until("the hour at which it was let go", SOON, hour).await;
    guest.click("roam").await;
    guest.until("the guest is free", SOON, &standing("free")).await;
    host.click("card-close").await;
    host.until("the card is closed", SOON, "return document.querySelector('.card') === null").await;
    assert_eq!(guest.run(&says("card-code", PARCEL)).await, true, "whoever is free is left in peace");
    be_seen(host, guest).await;
    guest.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'b', bubbles: true }))").await;
    guest.until("the guest follows again", SOON, &standing("follows")).await;
    host.until("whoever follows is not seen", SOON, &format!("return !({})", named("avatar"))).await;
    guest.until("the card is closed there, too", SOON, "return document.querySelector('.card') === null").await;
}
