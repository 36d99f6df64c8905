//! A server that is killed while changesets are drafted, checked, approved and published.

use std::time::{Duration, Instant};

use cloudsite_proto::change::{ChangesetState, ListChangesetsRequest};
use cloudsite_proto::land::revision_service_client::RevisionServiceClient;
use cloudsite_proto::land::{GetRevisionRequest, ListParcelsRequest, ParcelView};
use cloudsite_tests::{Desk, Server, cloudsite, geojson, import};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::Status;

/// Parcels that a changeset changes together, so that half a publication would show.
const PARCELS: usize = 2;

/// A publication that the server has acknowledged.
#[derive(Debug, Clone)]
struct Published {
    changeset: String,
    number: u64,
    revision: u64,
}

fn parcel(index: usize, number: u64) -> Value {
    let (west, south) = geojson::PLACE;
    let mut parcel = geojson::parcel(&format!("T-{index}"), (west + 0.002 * index as f64, south), 0.001);
    parcel["properties"]["batch"] = json!(number.to_string());
    parcel
}

/// Two people of a bureau on a record of two parcels: their tokens, which outlive the server.
async fn prepare(folder: &TempDir) -> [String; 2] {
    let data = folder.path().join("data");
    let parcels: Vec<Value> = (0..PARCELS).map(|index| parcel(index, 0)).collect();
    import(&geojson::write(folder.path(), "parcels.geojson", &parcels), "parcel", &data, &[]).await.exits(0);
    let command = async |words: &[&str]| {
        let words = words.iter().copied().chain(["--json", "--data", data.to_str().expect("a readable name")]);
        cloudsite(words).await.exits(0).json()
    };
    let bureau =
        ["create", "bureau", "--kind", "bureau", "--name", "en=Bureau", "--language", "en", "--tier", "government"];
    command(&[&["organisation"], bureau.as_slice()].concat()).await;
    let mut tokens = [const { String::new() }; 2];
    for (role, token) in ["editor", "approver"].into_iter().zip(&mut tokens) {
        let made = command(&["member", "create", role, "--organisation", "bureau", "--role", role]).await;
        let member = made["member"]["name"].as_str().expect("a member has a name").trim_start_matches("members/");
        let made = command(&["token", "create", member, "--label", "a test", "--days", "1"]).await;
        made["token"].as_str().expect("a token is text").clone_into(token);
    }
    tokens
}

/// Drafts, checks, approves and publishes.
async fn publish(editor: &mut Desk, approver: &mut Desk, number: u64) -> Result<Published, Status> {
    let changeset = editor.draft(&number.to_string()).await?;
    for index in 0..PARCELS {
        editor.put(&changeset, &parcel(index, number)).await?;
    }
    let etag = editor.validate(&changeset).await?.etag;
    let request =
        cloudsite_proto::change::ApproveChangesetRequest { name: changeset.clone(), etag, reason: "seen".to_owned() };
    approver.changesets.approve_changeset(request).await?;
    let (published, _) = approver.publish(&changeset).await?;
    Ok(Published { changeset, number, revision: published.published_revision })
}

/// Publishes one changeset after another until the server is gone; those that it acknowledged.
async fn publish_on(mut editor: Desk, mut approver: Desk, first: u64) -> Vec<Published> {
    let mut acknowledged = Vec::new();
    for number in first.. {
        match publish(&mut editor, &mut approver, number).await {
            Ok(published) => acknowledged.push(published),
            Err(_) => break,
        }
    }
    acknowledged
}

/// The one number that all parcels have as of a revision; 0 is the newest.
async fn number_at(server: &Server, revision: u64) -> u64 {
    let request = ListParcelsRequest { revision, view: ParcelView::Full.into(), ..Default::default() };
    let listed = server.parcels().await.list_parcels(server.as_operator(request)).await;
    let parcels = listed.expect("the record is read").into_inner().parcels;
    let numbers: Vec<&String> = parcels.iter().map(|parcel| &parcel.attributes["batch"]).collect();
    assert!(numbers.len() == PARCELS && numbers.iter().all(|number| *number == numbers[0]), "half: {numbers:?}");
    numbers[0].parse().expect("it is a number")
}

/// Holds what the server has after a kill against what it had acknowledged, and gives the newest number. What was
/// published must be in the record, and what is in the record must be published.
async fn compare(round: u32, server: &Server, editor: &mut Desk, acknowledged: &[Published]) -> u64 {
    let newest = number_at(server, 0).await;
    for Published { changeset, number, revision } in acknowledged {
        let known = editor.changeset(changeset).await;
        assert_eq!((known.state(), known.published_revision), (ChangesetState::Published, *revision), "round {round}");
        assert_eq!(number_at(server, *revision).await, *number, "round {round}: revision {revision}");
    }
    let request =
        ListChangesetsRequest { states: vec![ChangesetState::Published.into()], page_size: 1, ..Default::default() };
    let listed = editor.changesets.list_changesets(request).await.expect("they are listed").into_inner().changesets;
    let Some(last) = listed.first() else {
        assert_eq!(newest, 0, "round {round}: the record has what nobody published");
        return newest;
    };
    let mut revisions = RevisionServiceClient::new(server.channel().await);
    let reply = revisions.get_revision(server.as_operator(GetRevisionRequest::default())).await;
    let head = reply.expect("there is a revision").into_inner().head;
    assert_eq!((last.title.as_str(), last.published_revision), (newest.to_string().as_str(), head), "round {round}");
    newest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_amid_a_publication_leaves_all_of_it_or_nothing() {
    let rounds = std::env::var("CLOUDSITE_TEST_KILLS").map_or(50, |count| count.parse().expect("a number of rounds"));
    let mut folder = TempDir::new().unwrap();
    let [editors, approvers] = prepare(&folder).await;
    let (mut acknowledged, mut published, mut took) = (Vec::new(), 0, Duration::from_millis(60));
    for round in 0..rounds {
        let server = Server::start_in(folder).await;
        let (mut editor, approver) = (Desk::of(&server, &editors).await, Desk::of(&server, &approvers).await);
        let newest = compare(round, &server, &mut editor, &acknowledged).await;
        // Multiples of the golden ratio fill the time of two publications evenly, however many there are.
        let moment = (2 * took).mul_f64((f64::from(round) * 0.618_033_988_749_895).fract());
        let began = Instant::now();
        let mut publisher = tokio::spawn(publish_on(editor, approver, newest + 1));
        let ended = tokio::time::timeout(moment, &mut publisher).await;
        assert!(ended.is_err(), "round {round}: the server refused by itself: {ended:?}");
        folder = server.kill().await;
        acknowledged = publisher.await.expect("a publisher ends well");
        if let Ok(count) = u32::try_from(acknowledged.len())
            && count > 0
        {
            took = (began.elapsed() / count).max(Duration::from_millis(5));
            published += count;
        } else {
            // A machine that is slower than was thought.
            took = (2 * took).min(Duration::from_secs(10));
        }
    }
    let server = Server::start_in(folder).await;
    let mut editor = Desk::of(&server, &editors).await;
    compare(rounds, &server, &mut editor, &acknowledged).await;
    let (_, folder) = server.terminate().await;
    let data = folder.path().join("data");
    let words = ["audit", "verify", "--json", "--data", data.to_str().expect("a readable name")];
    cloudsite(words).await.exits(0);
    assert!(
        rounds < 10 || published > rounds / 10,
        "only {published} publications in {rounds} rounds: the moments come too early"
    );
    println!("{rounds} kills, {published} acknowledged publications, none lost or halved");
}
