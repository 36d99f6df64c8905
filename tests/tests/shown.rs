//! What an organisation was shown on a day, as those are told who keep the record.

use std::time::SystemTime;

use cloudsite_proto::SEEN_AS;
use cloudsite_proto::audit::GetShownRequest;
use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::land::park_service_client::ParkServiceClient;
use cloudsite_proto::land::{ListParcelsRequest, WatchRequest};
use cloudsite_tests::{Asker, Server, cloudsite, geojson, get, import};
use jiff::{Timestamp, tz};
use tonic::{Code, Response};

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "what the server shows today is asked for")]
async fn it_is_told_what_an_organisation_was_shown_on_a_day() {
    let server = Server::start().await;
    let now = Timestamp::try_from(SystemTime::now()).expect("a time");
    let today = tz::offset(9).to_datetime(now).date();
    let editor = Asker::of(&server, Some("editor")).await;
    let mut audit = AuditServiceClient::new(server.channel().await);
    let mut shown = async |organisation: &str, day: String| {
        let request = GetShownRequest { organisation: format!("organisations/{organisation}"), day };
        audit.get_shown(editor.ask(request)).await.map(Response::into_inner)
    };
    let reply = shown("tokyo", today.to_string()).await.expect("a day");
    assert_eq!((reply.time_zone.as_str(), reply.tier.as_str()), ("Asia/Tokyo", "negotiating"));
    assert_eq!(reply.revision.map(|revision| revision.number), Some(1));
    assert_eq!(reply.ends_at.expect("an end").seconds - reply.begins_at.expect("a begin").seconds, 24 * 3_600);

    // A tier that is taken away is gone at once, from streams that are open too, and it is known since when.
    let host = Asker::of(&server, Some("host")).await;
    let mut watch = ParkServiceClient::new(server.channel().await);
    let mut stream = watch.watch(host.ask(WatchRequest { after_revision: 0 })).await.expect("a stream").into_inner();
    stream.message().await.expect("a message").expect("where it stands");
    let data = server.data();
    let data = data.to_str().expect("a path of letters");
    cloudsite(["organisation", "update", "tokyo", "--tier", "investor", "--data", data]).await.exits(0);
    let file = geojson::write(server.scratch(), "one.geojson", &[geojson::parcel("T-1", geojson::BESIDE, 0.001)]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    let ended = stream.message().await.expect_err("the stream is another tier's");
    assert_eq!(ended.code(), Code::Aborted, "{ended}");
    let reply = shown("tokyo", today.to_string()).await.expect("a day");
    assert_eq!((reply.tier.as_str(), reply.tier_since.is_some()), ("investor", true));
    assert_eq!(reply.revision.map(|revision| revision.number), Some(2));

    let wrong = [
        ("tokyo", "12 March".to_owned(), Code::InvalidArgument, "day"),
        (
            "tokyo",
            today.tomorrow().expect("a day").tomorrow().expect("a day").to_string(),
            Code::InvalidArgument,
            "day",
        ),
        ("tokyo", "2020-03-12".to_owned(), Code::InvalidArgument, "is before tokyo was an organisation here"),
        ("nobody", today.to_string(), Code::NotFound, "nobody"),
    ];
    for (organisation, day, code, named) in wrong {
        let status = shown(organisation, day.clone()).await.expect_err("it is refused");
        assert!(status.code() == code && status.message().contains(named), "{organisation} {day}: {status:?}");
    }
    let nonsense = Asker { seen_as: Some("king"), ..host };
    let status = server.parcels().await.list_parcels(nonsense.ask(ListParcelsRequest::default())).await;
    assert_eq!(status.expect_err("no tier").code(), Code::InvalidArgument);
    let answer = get(&server.url("/tiles/tileset"), &[(SEEN_AS, "king")]).await;
    assert_eq!(answer.status, 400);
    let answer = get(&server.url("/tiles/tileset"), &[]).await;
    let varies = answer.header("vary");
    assert!(varies.contains(SEEN_AS), "replies of one tier are kept for another: {varies:?}");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "what the server shows today is asked for")]
async fn what_was_given_is_told_also_after_the_server_has_ended() {
    let server = Server::start().await;
    let data = server.data();
    let data = data.to_str().expect("a path of letters");
    let words =
        ["organisation", "create", "osaka", "--name", "en=Osaka", "--kind", "firm", "--time-zone", "Asia/Tokyo"];
    cloudsite(words.into_iter().chain(["--language", "ja", "--tier", "investor", "--data", data])).await.exits(0);
    let host = Asker::of(&server, Some("host")).await;
    let asked = host.ask(ListParcelsRequest { page_size: 7, ..ListParcelsRequest::default() });
    server.parcels().await.list_parcels(asked).await.expect("parcels");
    let (_, folder) = server.terminate().await;

    let server = Server::start_in(folder).await;
    let editor = Asker::of(&server, Some("editor")).await;
    let mut audit = AuditServiceClient::new(server.channel().await);
    let now = Timestamp::try_from(SystemTime::now()).expect("a time");
    let today = tz::offset(9).to_datetime(now).date();
    let mut shown = async |organisation: &str, day: String| {
        let request = GetShownRequest { organisation: format!("organisations/{organisation}"), day };
        audit.get_shown(editor.ask(request)).await.map(Response::into_inner)
    };
    let given = shown("tokyo", today.to_string()).await.expect("a day").given;
    let told: Vec<_> = given
        .iter()
        .map(|given| (given.tier.as_str(), given.layer.as_str(), given.by.as_str(), given.replies, given.features))
        .collect();
    assert_eq!(told, [("negotiating", "parcel", "grpc", 1, 7)]);
    assert_eq!(shown("osaka", today.to_string()).await.expect("a day").given, []);
    let refused = shown("osaka", "2020-03-12".to_owned()).await.expect_err("there was no such organisation");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("is before osaka was an organisation here"), "{refused}");
}
